import { randomUUID } from 'node:crypto';
import { asTielineError, type TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import type { SignHook } from '../../../kit/raw-hook.ts';
import type { OpenConnections } from '../../connections/index.ts';
import { problemOf } from '../links/subscriptions.ts';
import type { DueHook, HookStore } from './hook-store.ts';
import { pathAtJira, siteOf } from './jira-address.ts';
import { namesOf } from './panel-source.ts';
import type { Wire } from './wire.ts';

/** After each failure in a row; after the last, Jira's own hourly look has to do until something changes again. */
const retryAfterMs = [10_000, 60_000, 10 * 60_000];
/** GitHub's own patience. https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks */
const patienceMs = 10_000;

/**
 * Calls the webhooks that are due, as GitHub calls them: so Jira reads at once what else it would read at its next look.
 * A call names the repository and the kind of event; Jira asks for the rest. Several changes may be one call. They go to
 * the Jira of the link alone, the way that its connection goes, and as nobody.
 */
export function createHookCaller(options: {
  hooks: HookStore;
  open: OpenConnections;
  wire: Wire;
  signHook: SignHook;
  log: Log;
  now(): Date;
}): { tend(): Promise<void> } {
  const { hooks, open, wire, signHook, log, now } = options;

  const call = async (hook: DueHook): Promise<void> => {
    const { connection, stored } = await open.get(hook.jiraConnectionId);
    const baseUrl = siteOf(stored);
    const path = pathAtJira(hook.url, [hook.callbackUrl, baseUrl]);
    const json = JSON.stringify(payloadOf(wire, hook));
    const body = hook.contentType === 'json' ? json : new URLSearchParams({ payload: json }).toString();
    const secret = await hooks.secretOf(hook);
    await connection.aim({ baseUrl, auth: { type: 'none' } }).request({
      method: 'POST',
      url: path,
      body,
      headers: {
        'content-type': contentTypes[hook.contentType],
        'x-github-event': eventOf(hook),
        'x-github-delivery': randomUUID(),
        'x-github-hook-id': String(hook.id),
        // Jira suspects forms of coming from a page of somebody else's.
        'x-atlassian-token': 'no-check',
        ...(secret && signHook(secret, body)),
      },
      limits: { headersTimeoutMs: patienceMs, bodyTimeoutMs: patienceMs },
    });
  };

  const keepFailure = async (hook: DueHook, error: TielineError): Promise<void> => {
    const at = now();
    const waitMs = error.retry === 'never' ? undefined : retryAfterMs[hook.failures];
    const retryAt = waitMs === undefined ? null : new Date(at.getTime() + waitMs);
    await hooks.keepFailure(hook, { at, problem: problemOf(error), retryAt });
    const { url, linkId, failures } = hook;
    if (failures === 0) log.warn({ err: error, link: linkId, url }, 'a webhook of Jira could not be called');
  };

  /** Of one Jira, one after the other. One that does not answer is not kept busy with the rest. */
  const callAll = async (due: DueHook[]): Promise<void> => {
    let down: TielineError | undefined;
    for (const hook of due) {
      const failure = down ?? (await call(hook).then(() => undefined, asTielineError));
      if (failure === undefined) await hooks.keepSuccess(hook, now());
      else await keepFailure(hook, failure);
      if (failure !== undefined && failure.retry !== 'never') down = failure;
    }
  };

  return {
    async tend() {
      const due = await hooks.takeDue(now());
      const byJira = Map.groupBy(due, ({ jiraConnectionId }) => jiraConnectionId);
      await Promise.all([...byJira.values()].map(callAll));
    },
  };
}

const contentTypes = { json: 'application/json', form: 'application/x-www-form-urlencoded' } as const;

/** A change of a pull request often comes with a push: of the two the pull request is told. */
const eventOf = ({ events, dueEvents }: DueHook): string =>
  (['pull_request', 'push'] as const).find(
    (event) => dueEvents.includes(event) && (events.includes(event) || events.includes('*')),
  ) ?? 'push';

function payloadOf(wire: Wire, { linkId, repository }: DueHook) {
  const sender = wire.account(`tieline-${linkId}`, 'User');
  if (repository === undefined) return { sender };
  return { repository: wire.repository({ info: repository, ...namesOf(repository.name) }), sender };
}
