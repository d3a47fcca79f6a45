import type { z } from 'zod';
import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { toRepository } from './mapping.ts';
import { issueEvent, pullRequestEvent, push, refEvent, repositoryEvent } from './wire.ts';

const noCommit = /^0+$/;
const branchRef = 'refs/heads/';

/** What changes nothing of what Jira shows is left out: labels, assignees, milestones, locks. */
const pullRequestActions = new Set([
  'opened',
  'edited',
  'synchronize',
  'reopened',
  'closed',
  'ready_for_review',
  'converted_to_draft',
  'review_requested',
  'review_request_removed',
]);

const repositoryChanges = new Map<string, (Touched & { kind: 'repository' })['change']>([
  ['renamed', 'renamed'],
  ['transferred', 'transferred'],
  ['archived', 'archived'],
  ['unarchived', 'unarchived'],
  ['deleted', 'deleted'],
]);

/** By the header X-GitHub-Event. @see https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const parsers: Record<string, (json: unknown) => Touched[]> = {
  push: (json) => {
    const body = parse(push, json);
    if (!body.ref.startsWith(branchRef)) return [];
    const branch = body.ref.slice(branchRef.length);
    const place = {
      repository: toRepository(body.repository),
      ...(body.repository.pushed_at == null ? {} : { at: body.repository.pushed_at }),
    };
    const before = noCommit.test(body.before) ? {} : { before: body.before };
    if (body.deleted === true || noCommit.test(body.after)) {
      return [{ ...place, kind: 'branch', name: branch, gone: true, ...before }];
    }
    const forced = body.forced === true;
    return [{ ...place, kind: 'push', branch, ...before, after: body.after, forced, hint: json }];
  },
  // A push says the same and more; these come where somebody chose them by hand.
  create: (json) => ofBranch(json, false),
  delete: (json) => ofBranch(json, true),
  pull_request: (json) => {
    const body = parse(pullRequestEvent, json);
    return pullRequestActions.has(body.action) ? [ofPullRequest(body.repository, body.pull_request)] : [];
  },
  pull_request_review: (json) => everyPullRequestEvent(json),
  pull_request_review_comment: (json) => everyPullRequestEvent(json),
  issue_comment: (json) => {
    const { action, issue, repository } = parse(issueEvent, json);
    return issue.pull_request == null || action === 'edited' ? [] : [ofPullRequest(repository, issue)];
  },
  repository: (json) => {
    const { action, repository } = parse(repositoryEvent, json);
    const change = repositoryChanges.get(action);
    return change === undefined ? [] : [{ kind: 'repository', repository: toRepository(repository), change }];
  },
};

/** The event with its action, e.g. `pull_request.opened`. */
export function eventOf({ headers, json }: Hook): string {
  const event = headers['x-github-event'] || 'unknown';
  const action = typeof json === 'object' && json !== null && 'action' in json ? json.action : undefined;
  return typeof action === 'string' && action !== '' ? `${event}.${action}` : event;
}

/** What a webhook touched. @throws hook-invalid */
export function parseHook({ headers, json }: Hook): Touched[] {
  const event = headers['x-github-event'] ?? '';
  return Object.hasOwn(parsers, event) ? (parsers[event]?.(json) ?? []) : [];
}

function parse<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'hook-invalid',
    `The webhook is not one of GitHub: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

function ofBranch(json: unknown, gone: boolean): Touched[] {
  const { ref: name, ref_type, repository } = parse(refEvent, json);
  return ref_type === 'branch' ? [{ kind: 'branch', repository: toRepository(repository), name, gone }] : [];
}

function everyPullRequestEvent(json: unknown): Touched[] {
  const { repository, pull_request } = parse(pullRequestEvent, json);
  return [ofPullRequest(repository, pull_request)];
}

function ofPullRequest(
  repository: z.output<typeof pullRequestEvent>['repository'],
  { number, updated_at: at }: z.output<typeof pullRequestEvent>['pull_request'],
): Touched {
  return {
    kind: 'pull-request',
    repository: toRepository(repository),
    number,
    gone: false,
    ...(at == null ? {} : { at }),
  };
}
