import type { z } from 'zod';
import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { toRepository } from './mapping.ts';
import { pullRequestHook, pushHook, repositoryHook } from './wire.ts';

export const eventOf = ({ headers }: Hook): string => headers['x-event-key'] || 'unknown';

/** What a reference may be called that is a branch; the other is a tag. */
const branchTypes = new Set(['branch', 'named_branch']);

type Parse = (json: unknown) => Touched[];

/** Bitbucket tells no time of a push. */
const push: Parse = (json) => {
  const body = read(pushHook, json);
  const repository = toRepository(body.repository);
  return body.push.changes.flatMap((change): Touched[] => {
    const { old, new: now } = change;
    const before = old ? { before: old.target.hash } : {};
    if (now && branchTypes.has(now.type)) {
      const forced = change.forced === true;
      return [
        {
          kind: 'push',
          repository,
          branch: now.name,
          ...before,
          after: now.target.hash,
          forced,
          hint: change,
        },
      ];
    }
    if (now || !old || !branchTypes.has(old.type)) return [];
    return [{ kind: 'branch', repository, name: old.name, gone: true, ...before }];
  });
};

const pullRequest: Parse = (json) => {
  const { repository, pullrequest } = read(pullRequestHook, json);
  const at = pullrequest.updated_on ? { at: pullrequest.updated_on } : {};
  return [
    {
      kind: 'pull-request',
      repository: toRepository(repository),
      number: pullrequest.id,
      gone: false,
      ...at,
    },
  ];
};

const changed =
  (change: 'transferred' | 'deleted'): Parse =>
  (json) => [{ kind: 'repository', repository: toRepository(read(repositoryHook, json).repository), change }];

const updated: Parse = (json) => {
  const { repository, changes } = read(repositoryHook, json);
  if (changes?.full_name == null && changes?.name == null) return [];
  return [{ kind: 'repository', repository: toRepository(repository), change: 'renamed' }];
};

/** By the beginning of the event's key. */
const parsers: [string, Parse][] = [
  ['repo:push', push],
  ['repo:updated', updated],
  ['repo:transfer', changed('transferred')],
  ['repo:deleted', changed('deleted')],
  ['pullrequest:', pullRequest],
];

/** What a webhook touched. @throws hook-invalid */
export function parseHook(hook: Hook): Touched[] {
  const event = eventOf(hook);
  const parse = parsers.find(([key]) => event.startsWith(key))?.[1];
  return parse?.(hook.json) ?? [];
}

function read<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'hook-invalid',
    `The webhook is not one of Bitbucket Cloud: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
