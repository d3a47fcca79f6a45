import { randomUUID } from 'node:crypto';
import type { DeliveryView } from '../features/deliveries/index.ts';
import { TielineError } from '../kit/errors.ts';
import { toWire } from '../report/index.ts';
import type { Cli } from './cli.ts';
import { type HubClient, withHub } from './hub-client.ts';
import { type Decision, type GateResult, waitForDecision } from './report-gate.ts';
import type { ReportResult, Sendable, Sending } from './report-result.ts';
import { limitsWithin, retrying } from './report-retry.ts';
import type { HubRoute } from './report-route.ts';

/**
 * Posts a report to the hub and waits for Jira's answer. The same id goes with every try, so that a post that was
 * taken although its answer was lost is not taken twice.
 * @throws TielineError when the hub cannot be reached in the time given, or refuses the report
 */
export async function sendToHub(
  cli: Pick<Cli, 'config' | 'http'>,
  route: HubRoute,
  sending: Sending,
): Promise<ReportResult> {
  const { behaviour, deadlineMs, gateUntilMs, note } = sending;
  const limits = limitsWithin(behaviour.waitMs);
  const [path, body] = postOf(sending);
  return withHub(
    cli,
    async (hub) => {
      const posted = await retrying({ deadlineMs, note }, () =>
        hub
          .call<{ delivery: string; state: DeliveryView['state'] }>('POST', path, body, limits)
          .catch((thrown: unknown) => {
            throw route.assumed ? namingHostname(thrown, route) : thrown;
          }),
      );
      const taken = takenResult(sending.prepared, route, posted);
      if (!behaviour.waitForAnswer) return taken;
      const untilMs = gateUntilMs ?? deadlineMs;
      const delivery = await retrying({ deadlineMs: untilMs, note }, () =>
        waitForEnd(hub, posted.delivery, untilMs),
      ).catch((thrown: unknown) => {
        // The hub has the report and goes on by itself, whether or not it can be asked; a decision must be heard.
        if (!(thrown instanceof TielineError) || gateUntilMs !== undefined) throw thrown;
        note(`The hub cannot be asked what became of the report: ${thrown.message}`);
      });
      if (delivery === undefined) return taken;
      const gate = gateUntilMs === undefined ? undefined : await gateOf(hub, delivery, gateUntilMs, note);
      const answer = sending.debug ? await findExchange(hub, delivery.id, note) : undefined;
      return { ...resultOf(sending.prepared.kind, route, delivery, answer), ...(gate && { gate }) };
    },
    { url: route.hubUrl, auth: { type: 'bearer', token: route.connectKey } },
  );
}

function postOf({ prepared, siteUrl, gateUntilMs }: Sending): [path: string, body: object] {
  const envelope = { id: randomUUID(), ...(siteUrl === undefined ? {} : { instance: siteUrl }) };
  if (prepared.kind === 'build') return ['/api/v1/builds', { ...toWire(prepared.build), ...envelope }];
  const gate = gateUntilMs === undefined ? {} : { gate: true };
  const deployment = toWire(prepared.deployment);
  const { type: _type, ...untyped } = deployment.environment;
  // A type that nobody gave is the hub's to find: its rules go before the words of the name.
  const environment = prepared.isTypeGiven ? deployment.environment : untyped;
  return ['/api/v1/deployments', { ...deployment, environment, ...gate, ...envelope }];
}

/** The decision on a delivery that Jira took; one that was refused has none, and one that still waits awaits it. */
async function gateOf(
  hub: HubClient,
  { id, state, final }: DeliveryView,
  deadlineMs: number,
  note: Sending['note'],
): Promise<GateResult | undefined> {
  if (!final) return { status: 'awaiting', requests: [] };
  if (!askable.has(state)) return undefined;
  return waitForDecision(() => hub.call<Decision>('GET', `/api/v1/deliveries/${id}/gating-status`), {
    deadlineMs,
    note,
  });
}

const askable = new Set<DeliveryView['state']>(['delivered', 'partial', 'superseded']);

/** When nobody listens at the address that nobody gave, the setting is what lacks, and waiting helps nothing. */
function namingHostname(thrown: unknown, { hubUrl }: HubRoute): unknown {
  if (!(thrown instanceof TielineError) || thrown.code !== 'network-failed') return thrown;
  return new TielineError(
    'report-incomplete',
    `The address of the hub is not given, and no hub answers at ${hubUrl}`,
    { hint: 'Give CONNECT_HOSTNAME, e.g. https://tieline.example.com.', cause: thrown },
  );
}

const longestPollSeconds = 55;

async function waitForEnd(hub: HubClient, id: string, deadlineMs: number): Promise<DeliveryView> {
  for (;;) {
    const left = Math.max(0, Math.ceil((deadlineMs - Date.now()) / 1_000));
    const wait = Math.min(left, longestPollSeconds);
    const delivery = await hub.call<DeliveryView>('GET', `/api/v1/deliveries/${id}?wait=${wait}`, undefined, {
      headersTimeoutMs: (wait + 10) * 1_000,
    });
    if (delivery.final || left === 0) return delivery;
  }
}

/** What the hub asked of Jira and what Jira answered, whole; a hub that keeps it to itself is no reason to fail. */
async function findExchange(hub: HubClient, id: string, note: Sending['note']): Promise<unknown> {
  try {
    const bodies = await hub.call<{ requests: unknown }>('GET', `/api/v1/deliveries/${id}/bodies`);
    return bodies.requests;
  } catch (error) {
    if (!(error instanceof TielineError)) throw error;
    note(`Jira's whole answer is not shown: ${error.message}`);
    return undefined;
  }
}

function takenResult(
  { kind, issueKeys }: Sendable,
  route: HubRoute,
  { delivery, state }: { delivery: string; state: DeliveryView['state'] },
): ReportResult {
  const issues = issueKeys.map((key) => ({ key, outcome: 'pending' as const }));
  return { kind, route: route.description, state, delivery, issues };
}

function resultOf(
  kind: Sendable['kind'],
  route: HubRoute,
  delivery: DeliveryView,
  answer: unknown,
): ReportResult {
  return {
    kind,
    route: route.description,
    state: delivery.state,
    delivery: delivery.id,
    issues: delivery.issues,
    ...(delivery.unknownServices.length === 0 ? {} : { unknownServices: delivery.unknownServices }),
    ...(delivery.reason === null ? {} : { reason: delivery.reason }),
    ...(delivery.error === null ? {} : { error: delivery.error }),
    ...(answer === undefined ? {} : { answer }),
  };
}
