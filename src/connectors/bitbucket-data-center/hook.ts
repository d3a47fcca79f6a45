import { z } from 'zod';
import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { pageOf } from './api.ts';
import { type Pages, toRepository } from './mapping.ts';
import { pullRequestHook, refsChanged, repositoryModified } from './wire.ts';

const noCommit = /^0+$/;
const branchRef = 'refs/heads/';

export function eventOf({ headers, json }: Hook): string {
  const header = headers['x-event-key'];
  if (header) return header;
  return z.object({ eventKey: z.string().min(1) }).safeParse(json).data?.eventKey ?? 'unknown';
}

/** The host's address is not known from the hook alone; {@link load} fills it in. */
const noPages: Pages = { page: (name, tail) => `${pageOf(name)}${tail}` };

/**
 * The date of a webhook tells whole seconds, cut off: its end stands for it, so that what happened does not pass for
 * older than what was read within that second.
 */
const endOfSecond = (date: Date | null | undefined): Date | undefined =>
  date ? new Date(Math.floor(date.getTime() / 1000) * 1000 + 999) : undefined;

const when = (...moments: (Date | null | undefined)[]): { at?: Date } => {
  const told = moments.flatMap((moment) => (moment ? [moment.getTime()] : []));
  return told.length === 0 ? {} : { at: new Date(Math.max(...told)) };
};

type Parse = (json: unknown, event: string) => Touched[];

const push: Parse = (json) => {
  const { changes, date, repository: wire } = read(refsChanged, json);
  const repository = toRepository(noPages, wire);
  const at = when(endOfSecond(date));
  return changes.flatMap(({ refId, fromHash, toHash }): Touched[] => {
    if (!refId.startsWith(branchRef)) return [];
    const name = refId.slice(branchRef.length);
    const before = noCommit.test(fromHash) ? {} : { before: fromHash };
    if (noCommit.test(toHash)) return [{ kind: 'branch', repository, name, gone: true, ...before, ...at }];
    // Which updates are forced is not told; the commits are asked for either way.
    return [{ kind: 'push', repository, branch: name, ...before, after: toHash, forced: false, ...at }];
  });
};

const pullRequest: Parse = (json, event) => {
  const { pullRequest: wire, date } = read(pullRequestHook, json);
  const repository = toRepository(noPages, wire.toRef.repository);
  const at = when(endOfSecond(date), wire.updatedDate);
  return [{ kind: 'pull-request', repository, number: wire.id, gone: event === 'pr:deleted', ...at }];
};

const modified: Parse = (json) => {
  const { old, new: wire, date } = read(repositoryModified, json);
  const repository = toRepository(noPages, wire);
  const at = when(endOfSecond(date));
  if (old.project.key !== wire.project.key) {
    return [{ kind: 'repository', repository, change: 'transferred', ...at }];
  }
  return old.slug === wire.slug ? [] : [{ kind: 'repository', repository, change: 'renamed', ...at }];
};

/** By the beginning of the event's key. */
const parsers: [string, Parse][] = [
  ['repo:refs_changed', push],
  ['repo:modified', modified],
  ['pr:', pullRequest],
];

/** What a webhook touched. It brings no commits. @throws hook-invalid */
export function parseHook(hook: Hook): Touched[] {
  const event = eventOf(hook);
  const parse = parsers.find(([key]) => event.startsWith(key))?.[1];
  return parse?.(hook.json, event) ?? [];
}

function read<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'hook-invalid',
    `The webhook is not one of Bitbucket Data Center: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
