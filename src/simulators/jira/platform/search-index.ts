import type { World } from '../world.ts';
import type { Issue } from './platform.ts';

/**
 * The issues as search knows them: without those that are too new for it, and the others as they were when it last
 * looked. Those whose ids are to be reconciled it sees as they are.
 */
export function listIndexed(world: World, visible: Issue[], reconciled: string[] = []): Issue[] {
  const lookedAt = new Date(world.now().getTime() - world.switches.searchLagMs);
  return visible.flatMap((issue) => {
    if (reconciled.includes(issue.id)) return [issue];
    return issue.createdAt <= lookedAt ? [world.platform.asOf(issue, lookedAt)] : [];
  });
}

/** From what search found to what is shown: the issue as it is now. */
export const nowOf = (visible: Issue[]) => {
  const byId = new Map(visible.map((issue) => [issue.id, issue]));
  return (found: Issue): Issue => byId.get(found.id) ?? found;
};
