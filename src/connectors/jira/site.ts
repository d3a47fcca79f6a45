import { z } from 'zod';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { JiraIdentity } from '../../kit/jira.ts';
import { capabilitiesOf } from './capabilities.ts';
import { explainRedirect, notJira, siteJson } from './not-jira.ts';
import { explainRefusal } from './refusals.ts';

const serverInfo = z
  .object({
    baseUrl: z.string().optional(),
    version: z.string(),
    versionNumbers: z.array(z.number()).optional(),
    /** Absent before Jira 7. */
    deploymentType: z.string().optional(),
  })
  // A version alone is what many a product tells of itself.
  .refine(({ baseUrl, versionNumbers, deploymentType }) => baseUrl ?? versionNumbers ?? deploymentType);

const serverInfoPath = '/rest/api/2/serverInfo';

/** From this version on there is no Server edition; before it, an answer of Jira tells the two editions in nothing. */
const firstDataCenterOnly = 10;

/** A Jira site as it describes itself. */
export interface SiteAnswer {
  identity: JiraIdentity;
  /** Its clock minus ours, to about a second; undefined when it sent no Date. */
  clockSkewMs: number | undefined;
  /** Where the base URL led, when that is elsewhere: reads follow there, writes do not. */
  redirectedTo: string | undefined;
}

/**
 * Reads what Jira stands at a base URL. `server` means a self-hosted Jira below version 10, which may also be a Data
 * Center: decide by the version's numbers, not by this word.
 * Throws `jira-site-unknown` when nothing or something unknown answers, the error that names it when a login page, a
 * sign-in, a page or another product does, and what {@link Http} throws.
 * Jira REST API v2, "Get Jira instance info", in all editions.
 */
export async function readSite(http: Http, baseUrl: string, now: () => Date): Promise<SiteAnswer> {
  const askedAt = now();
  const answer = await http
    .request({ method: 'GET', url: serverInfoPath, accept: [404, 410] })
    .catch((thrown: unknown) => {
      throw explainRedirect(explainRefusal(thrown));
    });
  const answeredAt = now();
  const { data } = serverInfo.safeParse(siteJson(answer));
  if (data === undefined) throw notJira(answer, baseUrl);
  const numbers =
    data.versionNumbers ?? data.version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const selfHosted = (numbers[0] ?? 0) >= firstDataCenterOnly ? 'data-center' : 'server';
  const edition = data.deploymentType === 'Cloud' ? 'cloud' : selfHosted;
  return {
    identity: {
      edition,
      version: data.version,
      baseUrl: data.baseUrl ?? baseUrl,
      capabilities: capabilitiesOf(edition, numbers),
    },
    clockSkewMs: clockSkew(answer, (askedAt.getTime() + answeredAt.getTime()) / 2),
    redirectedTo: elsewhere(answer.url, baseUrl),
  };
}

function elsewhere(answeredUrl: string, baseUrl: string): string | undefined {
  if (answeredUrl === baseUrl + serverInfoPath) return undefined;
  const { href, origin } = new URL(answeredUrl);
  if (href === new URL(baseUrl + serverInfoPath).href) return undefined;
  return href.endsWith(serverInfoPath) ? href.slice(0, -serverInfoPath.length) : origin;
}

function clockSkew(answer: HttpAnswer, oursMs: number): number | undefined {
  const theirsMs = Date.parse(answer.headers.date ?? '');
  return Number.isNaN(theirsMs) ? undefined : Math.round(theirsMs - oursMs);
}
