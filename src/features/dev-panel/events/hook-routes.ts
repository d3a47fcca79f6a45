import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Hook, Touched } from '../../../kit/code-host.ts';
import { TielineError } from '../../../kit/errors.ts';
import { type IsSigned, rawHookOf } from '../../../kit/raw-hook.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { NewDelivery, Work } from '../../../work/index.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { createShortMemory } from '../short-memory.ts';
import { type CodeEvent, codeEventStream, codeEventTopic } from './code-event.ts';
import { readHookJson } from './hook-json.ts';

/** GitHub sends up to 25 MB, others more; Jira never sends a refused one again. */
const largestHookBytes = 32 * 1024 * 1024;
/** A link is remembered for so long: a change elsewhere takes effect within it. */
const rememberMs = 1_000;
/** Then it is asked for anew beside what goes on. */
const refreshMs = 500;
/** The last webhook's time is written down at most this often. */
const lastHookEveryMs = 60_000;
/** Headers that are worth keeping: what a host says of its event. Never its signature. */
const kept = /^(x-|user-agent$|content-type$)/;
const secretHeader = /signature|token|auth|cookie/;

/** `/hooks/{id}`: where code hosts send their events. Stored before it is answered. */
export function hookRoutes(options: {
  links: LinkStore;
  codeHosts: CodeHosts;
  work: Work;
  isSigned: IsSigned;
  now(): Date;
}): FastifyPluginAsyncZod {
  const { links, codeHosts, work, isSigned, now } = options;
  const remember = createShortMemory<{ link: Link; secret: Secret }>({
    forMs: rememberMs,
    refreshAfterMs: refreshMs,
    now,
  });
  const lastHooks = new Map<string, number>();

  const load = async (hookId: string) => {
    const link = await links.findByHook(hookId);
    if (link === undefined) throw new TielineError('resource-not-found', 'There is no such webhook address');
    return { link, secret: await links.secretOf(link) };
  };
  const find = (hookId: string) => remember(hookId, () => load(hookId));
  const keepTime = async (link: Link, at: Date): Promise<void> => {
    if (link.firstHookAt !== null && (lastHooks.get(link.id) ?? 0) + lastHookEveryMs > at.getTime()) return;
    lastHooks.set(link.id, at.getTime());
    await links.keepHook(link.id, at);
  };

  return async (app) => {
    // In this plugin only: the signature is over the bytes as they came.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

    app.post(
      '/hooks/:hook',
      {
        bodyLimit: largestHookBytes,
        config: { access: { public: true } },
        schema: {
          summary: 'Where a code host sends its events',
          description: 'The address and the secret are those of a link. Signed as the host signs.',
          tags: ['links'],
          security: [],
          params: z.strictObject({ hook: z.string().min(1).max(64) }),
          response: {
            200: z.object({
              delivery: z.string().nullable(),
              state: z.string(),
              duplicate: z.boolean(),
            }),
          },
        },
      },
      async (request) => {
        const { link, secret } = await find(request.params.hook);
        const codeHost = await codeHosts.find(link.hostConnectionId);
        const raw = rawHookOf(request);
        if (!isSigned(codeHost.signature, raw, [secret])) {
          throw new TielineError('hook-unsigned', 'The webhook is not signed with the secret of its link');
        }
        const hook: Hook = { ...raw, json: readHookJson(textOf(raw.body)) };
        const touched = codeHost.parse(hook);
        const at = now();
        await keepTime(link, at);
        const name =
          codeHost.deliveryHeader === undefined ? undefined : hook.headers[codeHost.deliveryHeader];
        const taken = await work.post(
          deliveryOf({ link, hook, touched, event: codeHost.eventOf(hook), name, at }),
        );
        return { delivery: taken.id, state: taken.state, duplicate: taken.duplicate };
      },
    );
  };
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new TielineError('hook-invalid', 'The body of the webhook is not UTF-8', { cause: error });
  }
}

function deliveryOf(came: {
  link: Link;
  hook: Hook;
  touched: Touched[];
  event: string;
  /** The host's own name of the delivery; the same when it is sent again. */
  name: string | undefined;
  at: Date;
}): NewDelivery {
  const { link, hook, touched, event, name, at } = came;
  const repository = touched[0]?.repository;
  const headers = Object.entries(hook.headers).filter(
    ([header]) => kept.test(header) && !secretHeader.test(header),
  );
  const body: CodeEvent = {
    linkId: link.id,
    receivedAt: at.toISOString(),
    headers: Object.fromEntries(headers),
    text: new TextDecoder().decode(hook.body),
  };
  return {
    direction: 'in',
    topic: codeEventTopic,
    connectionId: link.hostConnectionId,
    stream: codeEventStream(link.id, repository?.id ?? ''),
    orderingKey: `${link.id} ${name ?? randomUUID()}`,
    eventAt: at,
    summary: repository === undefined ? event : `${event} in ${repository.name}`,
    issueKeys: [],
    // Without a name each is one of its own: a branch may come, go and come again with equal bodies.
    ...(name !== undefined && { dedupe: { namespace: `hook:${link.id}`, key: name } }),
    body: JSON.stringify(body),
    ...(touched.length === 0 ? { skip: `events of the kind ${event} are of no interest` } : {}),
    ...(link.disconnectingSince === null ? {} : { skip: 'the link is being disconnected' }),
  };
}
