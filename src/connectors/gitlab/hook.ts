import type { z } from 'zod';
import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import { toRepository } from './mapping.ts';
import { mergeRequestEvent, noteEvent, projectEvent, push } from './wire.ts';

const noCommit = /^0+$/;
const branchRef = 'refs/heads/';

/**
 * By `object_kind`, or `event_name` where there is none. A push tells no time, and not whether it was forced.
 * @see https://docs.gitlab.com/user/project/integrations/webhook_events/
 */
const parsers: Record<string, (json: unknown) => Touched[]> = {
  push: (json) => {
    const body = parse(push, json);
    if (!body.ref.startsWith(branchRef)) return [];
    const branch = body.ref.slice(branchRef.length);
    const repository = toRepository(body.project);
    const before = noCommit.test(body.before) ? {} : { before: body.before };
    if (noCommit.test(body.after))
      return [{ kind: 'branch', repository, name: branch, gone: true, ...before }];
    return [{ kind: 'push', repository, branch, ...before, after: body.after, forced: false, hint: json }];
  },
  merge_request: (json) => {
    const { project, object_attributes } = parse(mergeRequestEvent, json);
    return [ofMergeRequest(project, object_attributes)];
  },
  note: (json) => {
    const { project, merge_request } = parse(noteEvent, json);
    return merge_request == null ? [] : [ofMergeRequest(project, merge_request)];
  },
  project_rename: (json) => ofProject(json, 'renamed'),
  project_transfer: (json) => ofProject(json, 'transferred'),
  project_destroy: (json) => ofProject(json, 'deleted'),
};

function kindOf(json: unknown): string {
  if (typeof json !== 'object' || json === null) return '';
  const kind = 'object_kind' in json ? json.object_kind : 'event_name' in json ? json.event_name : undefined;
  return typeof kind === 'string' ? kind : '';
}

/** The event with its action, e.g. `merge_request.approved`. */
export function eventOf({ headers, json }: Hook): string {
  const kind = kindOf(json) || headers['x-gitlab-event'] || 'unknown';
  const attributes =
    typeof json === 'object' && json !== null && 'object_attributes' in json && json.object_attributes;
  const action =
    typeof attributes === 'object' && attributes !== null && 'action' in attributes
      ? attributes.action
      : undefined;
  return typeof action === 'string' && action !== '' ? `${kind}.${action}` : kind;
}

/** What a webhook touched. @throws hook-invalid */
export function parseHook({ json }: Hook): Touched[] {
  const kind = kindOf(json);
  return Object.hasOwn(parsers, kind) ? (parsers[kind]?.(json) ?? []) : [];
}

function parse<T extends z.ZodType>(schema: T, json: unknown): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TielineError(
    'hook-invalid',
    `The webhook is not one of GitLab: ${issue?.path.join('.')}: ${issue?.message}`,
  );
}

function ofMergeRequest(
  project: z.output<typeof mergeRequestEvent>['project'],
  { iid, updated_at: at }: z.output<typeof mergeRequestEvent>['object_attributes'],
): Touched {
  return {
    kind: 'pull-request',
    repository: toRepository(project),
    number: iid,
    gone: false,
    ...(at == null ? {} : { at }),
  };
}

/** These name the project and no more; {@link load} reads the rest. */
function ofProject(json: unknown, change: (Touched & { kind: 'repository' })['change']): Touched[] {
  const { project_id: id, path_with_namespace } = parse(projectEvent, json);
  return [{ kind: 'repository', repository: toRepository({ id, path_with_namespace, web_url: '' }), change }];
}
