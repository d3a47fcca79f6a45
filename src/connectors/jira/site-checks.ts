import type { Finding } from '../../kit/connection-report.ts';
import type { CapabilityReport } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { JiraIdentity } from '../../kit/jira.ts';
import { readCloudId } from './cloud-id.ts';
import type { JiraParts } from './parts.ts';
import type { SiteAnswer } from './site.ts';

/** Beyond this the times shown in Jira mislead their readers, and newer states may pass for older ones. */
const largestClockSkewMs = 60_000;

const productNames: Record<JiraIdentity['edition'], string> = {
  cloud: 'Jira Cloud',
  'data-center': 'Jira Data Center',
  server: 'Jira Server or Data Center',
};

/** e.g. `Jira Cloud 1001.0.0`. */
export const productOf = ({ edition, version }: JiraIdentity): string =>
  `${productNames[edition]} ${version}`;

/** Whether the base URL is that of Jira, and the one to write to. */
export function judgeSite({ identity, redirectedTo }: SiteAnswer): Finding {
  const product = productOf(identity);
  if (redirectedTo === undefined) {
    return { state: 'ok', message: `${product}, which calls itself ${identity.baseUrl}.` };
  }
  return {
    state: 'failed',
    code: 'redirect-refused',
    message: `${product} answers, but the base URL redirects to ${redirectedTo}; what is written to Jira is not redirected.`,
    hint: `Make ${redirectedTo} the base URL of the connection.`,
  };
}

/** Whether the clocks agree. Work goes on when they do not: only times and the order of updates suffer. */
export function judgeClock(skewMs: number): CapabilityReport {
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (Math.abs(skewMs) <= largestClockSkewMs) {
    return {
      capability: 'clock',
      state: 'ok',
      message: `The clocks of Jira and of this machine agree within ${seconds + 1} s.`,
    };
  }
  return {
    capability: 'clock',
    state: 'missing',
    message: `The clock of this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} Jira's.`,
    hint: 'Set the clock of this machine by NTP; times in Jira and the order of updates depend on it.',
  };
}

/** A wrong cloud id would send builds to another site, or nowhere: the gateway's "not found" does not say which. */
export async function checkCloudId(parts: JiraParts, baseUrl: string, cloudId: string): Promise<Finding> {
  const own = await readCloudId(parts.anonymous, baseUrl).catch(asTielineError);
  // The id may have been given because the site does not tell it from here.
  if (own instanceof TielineError) {
    return { state: 'ok', message: `The cloud id ${cloudId} is taken as given. ${own.message}` };
  }
  if (own.toLowerCase() === cloudId.toLowerCase()) {
    return { state: 'ok', message: `The cloud id ${cloudId} is that of ${baseUrl}.` };
  }
  return {
    state: 'failed',
    message: `The cloud id of ${baseUrl} is ${own}, but the connection says ${cloudId}.`,
    hint: 'Correct the cloud id of the connection, or leave it empty to have it found.',
  };
}
