import type { PreparedReport } from '../report/index.ts';

/** What would be sent where: the answer to `--dry-run --json`. */
export interface Plan {
  kind: PreparedReport['kind'];
  issueKeys: string[];
  found: PreparedReport['found'];
  route: string | null;
  payload: unknown;
  notices: string[];
}

/** The plan of a report; without a route nothing is to be sent. */
export function planOf(
  prepared: PreparedReport,
  route: { description: string } | undefined,
  gate: boolean,
): Plan {
  const { kind, issueKeys, found, notices } = prepared;
  const payload = payloadOf(prepared, gate);
  return { kind, issueKeys, found, route: route?.description ?? null, payload, notices };
}

function payloadOf(prepared: PreparedReport, gate: boolean): unknown {
  if (prepared.kind === 'build') return prepared.build;
  if (prepared.kind === 'none') return null;
  return { ...prepared.deployment, ...(gate && { gate }) };
}

/** The plan as text. */
export function describePlan({ kind, found, route, payload }: Plan): string {
  if (kind === 'none') return 'Nothing would be sent.';
  const keys = found.map(({ key, in: place }) => `${key} (${place})`).join(', ');
  return `A ${kind} would be sent to ${route ?? 'nowhere'}, for ${keys || 'no issue'}:\n${JSON.stringify(payload, null, 2)}`;
}
