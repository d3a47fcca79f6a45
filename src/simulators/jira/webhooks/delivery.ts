import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { World } from '../world.ts';
import { createDeliveryFaults, type DeliveryFaults } from './delivery-faults.ts';
import { adminWebhooksFor, dynamicWebhooksFor, type Subject } from './matching.ts';
import { createSender } from './send.ts';
import { appToken, signatureOf, urlFor } from './signing.ts';
import type { DynamicWebhook } from './webhook-store.ts';

/** Cloud tries so many more times, each five to fifteen minutes after the last. */
const mostRetries = 5;
const minuteMs = 60_000;
/** After so long without a success every delivery of a webhook has a single try. */
const mostFailingMs = 30 * minuteMs;
/** Larger bodies are dropped, and never tried again. */
const mostBytes = 25 * 1024 * 1024;
/** So many tries are remembered. */
const mostRemembered = 10_000;

/** Something that happened at the site. */
export interface Happening extends Subject {
  /** Ids and keys for variables in addresses, e.g. `issue.key`. */
  variables: Record<string, string>;
  /** Who did it. */
  by?: { id: string; key: string };
  /** Comes of something larger, so that it may be told later. */
  isSecondary?: boolean;
  /** Made only when somebody is told. */
  makeBody: () => Record<string, unknown>;
}

/** One try to deliver a webhook. */
export interface WebhookDelivery {
  /** The same for every try; Cloud sends it as X-Atlassian-Webhook-Identifier. */
  identifier: string;
  webhookId: number;
  event: string;
  issueKey: string | undefined;
  /** 0 is the first try. */
  retry: number;
  url: string;
  headers: Record<string, string>;
  body: string;
  /** 0 when there was no answer. */
  status: number;
  error?: string;
  at: Date;
}

/** Delivers webhooks. */
export interface Deliveries {
  faults: DeliveryFaults;
  /** Every try so far, the oldest first; the latest ten thousand. */
  list(): readonly WebhookDelivery[];
  /** Makes the body now, and sends it to every webhook that wants it: at once, in parallel, in no order. */
  tell(happening: Happening): void;
  /** Resolves once nothing is under way: no delivery, no retry, none that was held back or delayed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

interface Delivery {
  identifier: string;
  webhookId: number;
  event: string;
  issueKey: string | undefined;
  url: string;
  headers: Record<string, string>;
  body: string;
  isThere: () => boolean;
}

const mayRetry = (status: number) => status === 0 || [408, 409, 425, 429].includes(status) || status >= 500;

/** A messenger for a site. Without `retryDelayMs` it waits as long as Jira does: five to fifteen minutes. */
export function createDeliveries(site: () => World, retryDelayMs?: number): Deliveries {
  const faults = createDeliveryFaults();
  const sender = createSender();
  const closing = new AbortController();
  const remembered: WebhookDelivery[] = [];
  const held = new Map<number, Delivery[]>();
  const failingSince = new Map<number, number>();
  const underWay = new Set<Promise<unknown>>();

  function track(work: Promise<unknown>) {
    const settled = work.catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
    underWay.add(settled);
    const done = () => underWay.delete(settled);
    settled.then(done, done);
  }

  const delayMs = () =>
    site().switches.webhookRetryDelayMs ?? retryDelayMs ?? (5 + Math.random() * 10) * minuteMs;

  async function later(ms: number, work: () => Promise<void>): Promise<void> {
    await wait(ms, undefined, { signal: closing.signal });
    await work();
  }

  async function deliver(delivery: Delivery, retry = 0): Promise<void> {
    // A webhook may be removed while its delivery waits.
    if (!delivery.isThere() || closing.signal.aborted) return;
    const { now, edition } = site();
    const { isTracked } = edition.delivery;
    const { isThere: _, ...told } = delivery;
    const headers = {
      ...delivery.headers,
      ...(isTracked && retry > 0 && { 'X-Atlassian-Webhook-Retry': String(retry) }),
    };
    const at = now();
    const outcome = await sender.post(delivery.url, headers, delivery.body);
    remembered.push({ ...told, headers, retry, ...outcome, at });
    if (remembered.length > mostRemembered) remembered.shift();
    if (outcome.status >= 200 && outcome.status < 300) {
      failingSince.delete(delivery.webhookId);
      return;
    }
    const since = failingSince.get(delivery.webhookId) ?? at.getTime();
    failingSince.set(delivery.webhookId, since);
    const isHopeless = at.getTime() - since > mostFailingMs;
    if (!isTracked || !mayRetry(outcome.status) || retry >= mostRetries || isHopeless) return;
    track(later(delayMs(), () => deliver(delivery, retry + 1)));
  }

  async function release(webhookId: number): Promise<void> {
    const waiting = held.get(webhookId) ?? [];
    held.delete(webhookId);
    for (const delivery of waiting) await deliver(delivery);
  }

  async function handle(delivery: Delivery): Promise<void> {
    const { event, issueKey, webhookId } = delivery;
    const fault = faults.strike({ event, issue: issueKey, webhook: webhookId });
    if (fault === 'lose' || Buffer.byteLength(delivery.body) > mostBytes) return;
    if (fault === 'reorder') {
      held.set(webhookId, [...(held.get(webhookId) ?? []), delivery]);
      return;
    }
    if (typeof fault === 'object') return later(fault.delayMs, () => deliver(delivery));
    await deliver(delivery);
    if (fault === 'duplicate') await deliver(delivery);
    await release(webhookId);
  }

  function headersFor(isSecondary: boolean, identifier: string): Record<string, string> {
    const { userAgent, isTracked } = site().edition.delivery;
    return {
      'User-Agent': userAgent,
      'Content-Type': 'application/json; charset=UTF-8',
      ...(isTracked && {
        'X-Atlassian-Webhook-Identifier': identifier,
        'X-Atlassian-Webhook-Flow': isSecondary ? 'Secondary' : 'Primary',
      }),
    };
  }

  return {
    faults,
    list: () => remembered,
    tell(happening) {
      const world = site();
      const { event, issue, isSecondary = false } = happening;
      const admin = adminWebhooksFor(world, happening);
      const dynamic = dynamicWebhooksFor(world, happening);
      if (admin.length + dynamic.length === 0) return;
      const content = { timestamp: world.now().getTime(), webhookEvent: event, ...happening.makeBody() };
      const json = JSON.stringify(content);
      const common = { event, issueKey: issue?.key };
      for (const webhook of admin) {
        const identifier = randomUUID();
        const body = webhook.excludeBody ? '' : json;
        const headers = {
          ...headersFor(isSecondary, identifier),
          ...(webhook.secret && { 'X-Hub-Signature': signatureOf(webhook.secret, body) }),
        };
        const isThere = () => world.webhooks.admin.has(webhook.id);
        const url = urlFor(world.edition.delivery, webhook.url, happening);
        track(handle({ ...common, identifier, webhookId: webhook.id, url, headers, body, isThere }));
      }
      // An app is told once, whatever number of its webhooks match.
      const byApp = Map.groupBy(dynamic, (one) => JSON.stringify([one.app, one.email]));
      for (const matched of byApp.values()) {
        const [first] = matched as [DynamicWebhook, ...DynamicWebhook[]];
        const identifier = randomUUID();
        const body = JSON.stringify({ ...content, matchedWebhookIds: matched.map(({ id }) => id) });
        const headers = {
          ...headersFor(isSecondary, identifier),
          Authorization: `Bearer ${appToken(world, first.app)}`,
        };
        const isThere = () => world.webhooks.dynamic.has(first.id);
        track(handle({ ...common, identifier, webhookId: first.id, url: first.url, headers, body, isThere }));
      }
    },
    async settled() {
      while (underWay.size > 0 || held.size > 0) {
        await Promise.all(underWay);
        await Promise.all([...held.keys()].map(release));
      }
    },
    async close() {
      closing.abort();
      sender.close();
      await Promise.allSettled(underWay);
    },
  };
}
