import { setTimeout as pause } from 'node:timers/promises';
import { v4 as randomId } from 'uuid';
import type { DeliveryView } from '../features/deliveries/index.ts';
import { TielineError } from '../kit/errors.ts';
import type { Secret } from '../kit/secret.ts';
import { type PreparedReport, type ReportSettings, toWire } from '../report/index.ts';
import type { Cli } from './cli.ts';
import { type HubClient, withHub } from './hub-client.ts';
import type { ReportResult } from './report-result.ts';

/** Where a report goes. */
export interface Route {
  description: string;
  hubUrl: string;
  connectKey: Secret;
}

type Sendable = Exclude<PreparedReport, { kind: 'none' }>;

/** The route that the settings choose. @throws report-incomplete naming the setting that lacks */
export function chooseRoute(settings: ReportSettings): Route {
  const { connectKey, hubUrl } = settings;
  if (connectKey === undefined) {
    throw new TielineError('report-incomplete', 'There is no connect key', {
      hint: 'Give CONNECT_KEY, as a secret of the CI; an administrator makes it with: tieline connect-key create',
    });
  }
  if (hubUrl === undefined) {
    throw new TielineError('report-incomplete', 'The address of the hub is not given', {
      hint: 'Give CONNECT_HOSTNAME, e.g. https://tieline.example.com.',
    });
  }
  return { description: hubUrl, hubUrl, connectKey };
}

/**
 * Posts a report to the hub and waits for Jira's answer. The same id goes with every try, so that a post that was
 * taken although its answer was lost is not taken twice.
 * @throws TielineError when the hub cannot be reached in the time given, or refuses the report
 */
export async function sendReport(
  cli: Cli,
  options: { settings: ReportSettings; prepared: Sendable; waitMs: number; note(line: string): void },
): Promise<ReportResult> {
  const { settings, prepared, waitMs, note } = options;
  const route = chooseRoute(settings);
  const deadline = Date.now() + waitMs;
  const envelope = { id: randomId(), ...(settings.siteUrl ? { instance: settings.siteUrl } : {}) };
  const [path, body] =
    prepared.kind === 'build'
      ? ['/api/v1/builds', { ...toWire(prepared.build), ...envelope }]
      : ['/api/v1/deployments', { ...toWire(prepared.deployment), ...envelope }];
  return withHub(
    cli,
    async (hub) => {
      const posted = await retrying(deadline, note, () => hub.call<{ delivery: string }>('POST', path, body));
      const delivery = await retrying(deadline, note, () => waitForEnd(hub, posted.delivery, deadline));
      return resultOf(prepared.kind, route, delivery);
    },
    { url: route.hubUrl, auth: { type: 'bearer', token: route.connectKey } },
  );
}

const longestPollSeconds = 55;

async function waitForEnd(hub: HubClient, id: string, deadline: number): Promise<DeliveryView> {
  for (;;) {
    const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1_000));
    const wait = Math.min(left, longestPollSeconds);
    const delivery = await hub.call<DeliveryView>('GET', `/api/v1/deliveries/${id}?wait=${wait}`, undefined, {
      headersTimeoutMs: (wait + 10) * 1_000,
    });
    if (delivery.final || left === 0) return delivery;
  }
}

const firstPauseMs = 250;
const longestPauseMs = 5_000;

/** Tries again while the error says that it may help and time is left. */
async function retrying<T>(deadline: number, note: (line: string) => void, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof TielineError) || error.retry === 'never') throw error;
      const wanted = Math.min(firstPauseMs * 2 ** tries, longestPauseMs) * (0.7 + 0.6 * Math.random());
      if (Date.now() + wanted >= deadline) throw error;
      note(`${error.message}; trying again`);
      await pause(wanted);
    }
  }
}

function resultOf(kind: Sendable['kind'], route: Route, delivery: DeliveryView): ReportResult {
  return {
    kind,
    route: route.description,
    state: delivery.state,
    delivery: delivery.id,
    issues: delivery.issues,
    ...(delivery.reason === null ? {} : { reason: delivery.reason }),
    ...(delivery.error === null ? {} : { error: delivery.error }),
  };
}

