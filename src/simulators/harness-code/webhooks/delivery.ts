import { setTimeout as wait } from 'node:timers/promises';
import { goJson } from '../go-json.ts';
import { createTurns, type Turns } from '../turns.ts';
import type { Repository, World } from '../world.ts';
import type { DeliveryFaults } from './delivery-faults.ts';
import { createSender } from './send.ts';
import type { Execution, Webhook, WebhookTrigger } from './webhook.ts';

/** A retriable answer is followed by so many more tries. */
const mostRetries = 3;
/** So many executions are remembered for a webhook. */
const mostExecutions = 1_000;

/** Something that happened in a repository. */
export interface Happening {
  trigger: WebhookTrigger;
  repository: Repository;
  /** Undefined where the host fails to make a body: then nothing is sent. */
  makeBody: () => Promise<Record<string, unknown> | undefined>;
}

/** The host's messenger. */
export interface Deliveries {
  /** Makes the body now, and sends it to every webhook that asks for it: one after another for each repository. */
  tell(happening: Happening): Promise<void>;
  /** Sends a remembered body again, under the same trigger id, and gives the new execution. */
  retrigger(webhook: Webhook, execution: Execution): Promise<Execution>;
  /** Resolves once nothing is under way: no delivery, no retry, none that was held back or delayed. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

interface Delivery {
  webhook: Webhook;
  trigger: WebhookTrigger;
  triggerId: string;
  body: string;
}

/** A messenger. `retryDelayMs` lies between a retriable answer and the next try, which blocks nobody. */
export function createDeliveries(world: World, faults: DeliveryFaults, retryDelayMs: number): Deliveries {
  const sender = createSender(world.identity);
  const closing = new AbortController();
  const queues = new Map<number, Turns>();
  const held = new Map<number, Delivery[]>();
  const underWay = new Set<Promise<unknown>>();

  function track(work: Promise<unknown>) {
    const settled = work.catch((error: unknown) => {
      if (!closing.signal.aborted) throw error;
    });
    underWay.add(settled);
    const done = () => underWay.delete(settled);
    settled.then(done, done);
  }

  const webhooksFor = ({ trigger, repository }: Happening) => {
    const spaces = new Set(world.listLine(repository.parentId).map((space) => space.id));
    return world.webhooks.filter(
      (one) =>
        one.enabled &&
        (one.parentType === 'repo' ? one.parentId === repository.id : spaces.has(one.parentId)) &&
        (one.triggers.length === 0 || one.triggers.includes(trigger)),
    );
  };

  async function execute(
    { webhook, trigger, triggerId, body }: Delivery,
    retriggerOf: number | null,
  ): Promise<Execution> {
    const { durationMs, ...outcome } = await sender.send(webhook, trigger, body);
    const execution: Execution = {
      id: world.nextId('execution'),
      webhookId: webhook.id,
      triggerId,
      trigger,
      retriggerOf,
      created: world.now().getTime(),
      durationMs,
      ...outcome,
    };
    webhook.executions.push(execution);
    if (webhook.executions.length > mostExecutions) webhook.executions.shift();
    webhook.latestResult = execution.result;
    return execution;
  }

  async function deliver(delivery: Delivery, tries = 0): Promise<void> {
    const { result } = await execute(delivery, null);
    if (result !== 'retriable_error' || tries >= mostRetries) return;
    track(later(retryDelayMs, () => deliver(delivery, tries + 1)));
  }

  async function later(delayMs: number, work: () => Promise<void>): Promise<void> {
    await wait(delayMs, undefined, { signal: closing.signal });
    // A webhook may be deleted while its delivery waits.
    await work();
  }

  async function handle(repository: Repository, delivery: Delivery): Promise<void> {
    const about = { trigger: delivery.trigger, repository: world.pathOf(repository) };
    const fault = faults.strike({ ...about, webhook: delivery.webhook.identifier });
    if (fault === 'lose') return;
    if (fault === 'reorder') {
      held.set(repository.id, [...(held.get(repository.id) ?? []), delivery]);
      return;
    }
    if (typeof fault === 'object') {
      track(later(fault.delayMs, () => deliver(delivery)));
      return;
    }
    await deliver(delivery);
    if (fault === 'duplicate') await deliver(delivery);
    await release(repository.id);
  }

  async function release(repositoryId: number): Promise<void> {
    const waiting = held.get(repositoryId) ?? [];
    held.delete(repositoryId);
    for (const delivery of waiting) await deliver(delivery);
  }

  const queueOf = (repositoryId: number): Turns => {
    const queue = queues.get(repositoryId) ?? createTurns();
    queues.set(repositoryId, queue);
    return queue;
  };

  return {
    async tell(happening) {
      const webhooks = webhooksFor(happening);
      if (webhooks.length === 0) return;
      const made = await happening.makeBody();
      if (made === undefined) return;
      const { trigger, repository } = happening;
      const event = { trigger, triggerId: `event-${world.nextId('event')}`, body: goJson(made) };
      for (const webhook of webhooks) {
        track(queueOf(repository.id)(() => handle(repository, { webhook, ...event })));
      }
    },
    retrigger(webhook, { id, triggerId, trigger, request }) {
      return execute({ webhook, trigger, triggerId, body: request.body }, id);
    },
    async idle() {
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
