import type { Hook, Touched } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Pages } from './mapping.ts';
import { toRepository } from './mapping.ts';
import { type HookBody, hookBody } from './wire.ts';

const noCommit = /^0+$/;
const branchRef = 'refs/heads/';

/** Harness and Gitness name their headers after themselves, or after whatever their installation is called. */
export function eventOf({ headers, json }: Hook): string {
  const header = Object.entries(headers).find(([name]) => /^x-[a-z0-9-]+-trigger$/.test(name))?.[1];
  if (header !== undefined) return header;
  const trigger = typeof json === 'object' && json !== null && 'trigger' in json ? json.trigger : undefined;
  return typeof trigger === 'string' ? trigger : 'unknown';
}

/** The pages of what a hook names are not known from the hook alone; {@link load} fills them in. */
const noPages: Pages = { page: (path, tail) => `/${path}${tail}` };

/**
 * What a webhook touched. Harness Code's webhooks tell no times.
 * @throws hook-invalid
 */
export function parseHook(hook: Hook): Touched[] {
  const parsed = hookBody.safeParse(hook.json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new TielineError(
      'hook-invalid',
      `The webhook is not one of Harness Code: ${issue?.path.join('.')}: ${issue?.message}`,
    );
  }
  const body = parsed.data;
  const repository = toRepository(noPages, body.repo);
  if (body.trigger.startsWith('branch_')) return branchTouched(repository, body);
  if (!body.trigger.startsWith('pullreq_') || body.pull_req == null) return [];
  return [{ kind: 'pull-request', repository, number: body.pull_req.number, gone: false, hint: body }];
}

function branchTouched(repository: Touched['repository'], body: HookBody): Touched[] {
  const { name: ref = '' } = body.ref ?? {};
  if (!ref.startsWith(branchRef)) return [];
  const name = ref.slice(branchRef.length);
  const before = body.old_sha != null && !noCommit.test(body.old_sha) ? { before: body.old_sha } : {};
  if (body.sha == null || noCommit.test(body.sha)) {
    return [{ kind: 'branch', repository, name, gone: true, ...before }];
  }
  const forced = body.forced === true;
  return [{ kind: 'push', repository, branch: name, ...before, after: body.sha, forced, hint: body }];
}
