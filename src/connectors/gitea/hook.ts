import { z } from 'zod';
import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { toRepository } from './mapping.ts';
import { commentHook, pullRequestHook, pushHook, refHook, repositoryHook } from './wire.ts';

const noCommit = /^0+$/;
const branchRef = 'refs/heads/';

/** Forgejo sends both families; the finer word, such as `pull_request_review_approved`, is in the type. */
const eventHeaders = ['x-forgejo-event-type', 'x-gitea-event-type', 'x-forgejo-event', 'x-gitea-event'];

export function eventOf({ headers }: Hook): string {
  for (const name of eventHeaders) {
    const event = headers[name];
    if (event) return event;
  }
  return 'unknown';
}

/** What of a pull request Jira shows nothing of. */
const uninteresting = new Set([
  'assigned',
  'unassigned',
  'label_updated',
  'label_cleared',
  'milestoned',
  'demilestoned',
]);

type Parse = (json: unknown) => Touched[];

const push: Parse = (json) => {
  const body = read(pushHook, json);
  if (!body.ref.startsWith(branchRef)) return [];
  const repository = toRepository(body.repository);
  const name = body.ref.slice(branchRef.length);
  const before = noCommit.test(body.before) ? {} : { before: body.before };
  if (noCommit.test(body.after)) return [{ kind: 'branch', repository, name, gone: true, ...before }];
  // Gitea does not say which pushes are forced; what it lists is what came, either way.
  return [
    { kind: 'push', repository, branch: name, ...before, after: body.after, forced: false, hint: json },
  ];
};

const ref =
  (gone: boolean): Parse =>
  (json) => {
    const body = read(refHook, json);
    if (body.ref_type !== 'branch') return [];
    const name = body.ref.startsWith(branchRef) ? body.ref.slice(branchRef.length) : body.ref;
    return [{ kind: 'branch', repository: toRepository(body.repository), name, gone }];
  };

const pullRequest: Parse = (json) => {
  const { action, number, pull_request: wire, repository } = read(pullRequestHook, json);
  if (uninteresting.has(action)) return [];
  const at = wire.updated_at ? { at: wire.updated_at } : {};
  return [{ kind: 'pull-request', repository: toRepository(repository), number, gone: false, ...at }];
};

const comment: Parse = (json) => {
  const { issue, is_pull: isPull, repository } = read(commentHook, json);
  if (isPull !== true && !issue.pull_request) return [];
  return [{ kind: 'pull-request', repository: toRepository(repository), number: issue.number, gone: false }];
};

const repository: Parse = (json) => {
  const body = read(repositoryHook, json);
  // Gitea tells of no rename, transfer or archiving: what comes next bears the new name.
  if (body.action !== 'deleted') return [];
  return [{ kind: 'repository', repository: toRepository(body.repository), change: 'deleted' }];
};

const hasIssue = (json: unknown): boolean => z.object({ issue: z.object() }).safeParse(json).success;

/** By the beginning of the event's word; the first that fits. */
const parsers: [string, Parse][] = [
  ['push', push],
  ['create', ref(false)],
  ['delete', ref(true)],
  ['issue_comment', comment],
  // The type of a comment begins like a pull request's, and its body is an issue's.
  ['pull_request_comment', (json) => (hasIssue(json) ? comment : pullRequest)(json)],
  ['pull_request', pullRequest],
  ['repository', repository],
];

/** What a webhook touched. @throws hook-invalid */
export function parseHook(hook: Hook): Touched[] {
  const event = eventOf(hook);
  const parse = parsers.find(([word]) => event.startsWith(word))?.[1];
  return parse?.(hook.json) ?? [];
}

function read<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'hook-invalid',
    `The webhook is not one of Gitea: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}
