import type { Build, Deployment } from '../kit/jira.ts';

/** Bounds of what the hub takes; generous, as the connector cuts to Jira's own. Characters, and entries of lists. */
export const reportLimits = {
  text: 32_000,
  id: 255,
  url: 2_000,
  issueKeys: 500,
  references: 20,
  services: 100,
} as const;

/** A build as the hub takes it: with the sender's id, and the site that the sender means. */
export type BuildReport = Build & { id: string; instance?: string };

/** A deployment as the hub takes it; `gate` asks people in Jira whether it may go ahead. */
export type DeploymentReport = Deployment & { id: string; instance?: string; gate?: boolean };

/** The JSON body of a report, as `buildReport` and `deploymentReport` of `schema.ts` parse it. */
export type Wire<R extends { lastUpdated: Date }> = Omit<R, 'lastUpdated'> & { lastUpdated: string };

/** Makes the JSON body: what the schemas parse back to the same report. */
export function toWire<R extends { lastUpdated: Date }>(report: R): Wire<R> {
  return { ...report, lastUpdated: report.lastUpdated.toISOString() };
}
