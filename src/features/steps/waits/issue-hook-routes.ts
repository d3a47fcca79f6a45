import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { JiraClient } from '../../../kit/jira.ts';
import { type IsSigned, rawHookOf } from '../../../kit/raw-hook.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { JiraClients } from '../../connections/index.ts';
import type { WaitStore } from './wait-store.ts';
import type { Watch, WatchStore } from './watch-store.ts';

/** Jira sends up to 25 MB, and what was refused never again. */
const largestHookBytes = 32 * 1024 * 1024;
/** A watch is remembered for so long: a change elsewhere takes effect within it. */
const rememberMs = 1_000;
/** The last webhook's time is written down at most this often. */
const lastHookEveryMs = 60_000;
/** Jira's name of a webhook, the same when it is sent again. Cloud alone sends it. */
const nameHeader = 'x-atlassian-webhook-identifier';
/** So many names are remembered. Forgetting one costs a look at one issue. */
const mostNames = 10_000;

interface Known {
  watch: Watch;
  secret: Secret;
  webhooks: JiraClient['webhooks'];
  at: number;
}

/**
 * `/hooks/jira/{id}`: where a Jira tells of changes. What it says is taken for no more than a hint where to look, so
 * nothing is stored of a webhook but that the waits for its issue are due.
 */
export function issueHookRoutes(options: {
  waits: WaitStore;
  watches: WatchStore;
  jiraClients: JiraClients;
  isSigned: IsSigned;
  /** Looks at what is due of a connection. */
  lookSoon(connectionId: string): void;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { waits, watches, jiraClients, isSigned, lookSoon, now } = options;
  const known = new Map<string, Known>();
  const names = new Set<string>();
  const lastHooks = new Map<string, number>();

  const find = async (hookId: string): Promise<Known> => {
    const at = now().getTime();
    const remembered = known.get(hookId);
    if (remembered !== undefined && remembered.at + rememberMs > at) return remembered;
    known.delete(hookId);
    const watch = await watches.findByHook(hookId);
    if (watch === undefined) {
      throw new TielineError('resource-not-found', 'There is no such webhook address', {
        hint: 'Its connection is gone, or no step has waited there for a day: delete the webhook in Jira.',
      });
    }
    const { webhooks } = await jiraClients.get(watch.connectionId);
    const found = { watch, secret: await watches.secretOf(watch), webhooks, at };
    known.set(hookId, found);
    return found;
  };
  const nameOf = ({ connectionId }: Watch, name: string | undefined) => name && `${connectionId} ${name}`;
  const remember = (name: string | undefined): void => {
    const [oldest] = names;
    if (name === undefined) return;
    if (names.size >= mostNames && oldest !== undefined) names.delete(oldest);
    names.add(name);
  };
  const keepTime = async (watch: Watch, at: Date): Promise<void> => {
    if ((lastHooks.get(watch.hookId) ?? 0) + lastHookEveryMs > at.getTime()) return;
    lastHooks.set(watch.hookId, at.getTime());
    await watches.keepHook(watch, at);
  };

  return async (app) => {
    // In this plugin only: the signature is over the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    app.post(
      '/hooks/jira/:hook',
      {
        bodyLimit: largestHookBytes,
        config: { access: { public: true } },
        schema: {
          summary: 'Where Jira tells of changes to issues that steps wait for',
          description: 'The address is registered by the hub itself. Signed where Jira can sign.',
          tags: ['runs'],
          security: [],
          params: z.strictObject({ hook: z.string().min(1).max(64) }),
          response: {
            200: z.object({
              state: z.enum(['awaited', 'not-awaited', 'duplicate']).meta({
                description: 'Whether a step waits for the issue',
              }),
            }),
          },
        },
      },
      async (request) => {
        const { watch, secret, webhooks } = await find(request.params.hook);
        const raw = rawHookOf(request);
        if (watch.signature === null || !isSigned(watch.signature, raw, [secret])) {
          throw new TielineError(
            'hook-unsigned',
            'The webhook is not signed with the secret of its address',
            {
              hint: 'The hub registers this webhook at Jira itself. One with another secret: delete it in Jira.',
            },
          );
        }
        const { issueId } = webhooks.parse(jsonOf(raw.body));
        const at = now();
        await keepTime(watch, at);
        const name = nameOf(watch, raw.headers[nameHeader]);
        if (name !== undefined && names.has(name)) return { state: 'duplicate' as const };
        const isAwaited = issueId !== undefined && (await waits.hook(watch.connectionId, issueId, at));
        remember(name);
        if (isAwaited) lookSoon(watch.connectionId);
        return { state: isAwaited ? ('awaited' as const) : ('not-awaited' as const) };
      },
    );
  };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new TielineError('hook-invalid', 'The body of the webhook is no JSON', { cause: error });
  }
}
