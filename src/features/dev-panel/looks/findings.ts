import type { DevEntity, DevInfo } from '../../../kit/dev-info.ts';
import { type Remembered, reviveBranch, revivePullRequest } from '../memory/memory.ts';
import { nameOf } from '../memory/sighting.ts';
import { keyOf, kindNames, type Telling } from '../memory/telling.ts';

/** Something that Jira had to be told because of a look. */
export interface Finding {
  repository: string;
  /** e.g. `Pull request 4` */
  what: string;
  /** How Jira showed it; null when it did not. */
  was: string | null;
  now: string | null;
}

type Content =
  | Pick<DevInfo['branches'][number], 'head'>
  | Pick<DevInfo['pullRequests'][number], 'state' | 'title'>;

const describe = (content: Content | undefined, issueKeys: string[]): string => {
  const on = `on ${issueKeys.join(', ')}`;
  if (content === undefined) return on;
  return 'head' in content
    ? `at ${content.head.sha.slice(0, 10)} ${on}`
    : `${content.state} "${content.title}" ${on}`;
};

function contentOf({ kind, content }: Pick<Remembered, 'kind' | 'content'>): Content | undefined {
  if (kind === 'branch') return reviveBranch(content);
  return kind === 'pull-request' ? revivePullRequest(content) : undefined;
}

function contentIn(entity: DevEntity): Content | undefined {
  if (entity.kind === 'branch') return entity.branch;
  return entity.kind === 'pull-request' ? entity.pullRequest : undefined;
}

/** What is told, beside what was remembered before it. */
export function findingOf({ entity }: Telling, before: Remembered | undefined): Finding {
  const { kind, id } = keyOf(entity);
  const shownOn = before?.shownKeys ?? entity.formerIssueKeys;
  const was = shownOn.length === 0 ? null : describe(before && contentOf(before), shownOn);
  const now = entity.issueKeys.length === 0 ? null : describe(contentIn(entity), entity.issueKeys);
  return {
    repository: entity.repository.name,
    what: `${kindNames[kind]} ${kind === 'commit' ? id.slice(0, 10) : id}`,
    was,
    // Its address, its reviewers or its comments are other ones.
    now: now !== null && now === was ? `${now}, told anew` : now,
  };
}

/** Open or draft: not every host tells of a turn between them. */
const isOpen = (state: string): boolean => state === 'open' || state === 'draft';

/**
 * Whether a webhook should have told it: that a branch came, moved or went, or a pull request came, got another title or
 * was closed. What else changes of a pull request not every host tells.
 */
export function shouldHaveCome({ entity }: Telling, before: Remembered | undefined): boolean {
  const content = contentIn(entity);
  const known = before && contentOf(before);
  if (entity.kind === 'gone') return entity.of === 'branch';
  if (content === undefined) return false;
  if (known === undefined) return true;
  if ('head' in content) return 'head' in known && known.head.sha !== content.head.sha;
  return 'state' in known && (known.title !== content.title || isOpen(known.state) !== isOpen(content.state));
}

/** By what a finding's memory is looked up. */
export const nameIn = (telling: Telling): string => nameOf(keyOf(telling.entity));
