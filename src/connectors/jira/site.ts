import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { JiraIdentity } from '../../kit/jira.ts';

const serverInfo = z.object({
  baseUrl: z.string().optional(),
  version: z.string(),
  versionNumbers: z.array(z.number()).optional(),
  /** Absent before Jira 7. */
  deploymentType: z.string().optional(),
});

const serverInfoPath = '/rest/api/2/serverInfo';

const tenantInfo = z.object({ cloudId: z.string().min(1) });

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
 * Throws `jira-site-unknown` when something else answers, and what {@link Http} throws.
 * Jira REST API v2, "Get Jira instance info", in all editions.
 */
export async function readSite(http: Http, baseUrl: string, now: () => Date): Promise<SiteAnswer> {
  const askedAt = now();
  const answer = await http.request({ method: 'GET', url: serverInfoPath, accept: [404, 410] });
  const answeredAt = now();
  const { data } = serverInfo.safeParse(siteJson(answer));
  if (data === undefined) throw otherProduct(baseUrl);
  const major = data.versionNumbers?.[0] ?? Number.parseInt(data.version, 10);
  const edition = major >= firstDataCenterOnly ? 'data-center' : 'server';
  return {
    identity: {
      edition: data.deploymentType === 'Cloud' ? 'cloud' : edition,
      version: data.version,
      baseUrl: data.baseUrl ?? baseUrl,
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

/**
 * The id by which Atlassian's gateway knows a Cloud site; read without credentials.
 * Throws `jira-site-unknown` where there is none.
 */
export async function readCloudId(http: Http, baseUrl: string): Promise<string> {
  const answer = await http.request({ method: 'GET', url: '/_edge/tenant_info', accept: [404, 410] });
  const { data } = tenantInfo.safeParse(siteJson(answer));
  if (data !== undefined) return data.cloudId;
  throw new TielineError('jira-site-unknown', `${baseUrl} gives no cloud id, as every Jira Cloud site does`, {
    hint: 'Check the base URL. Jira Data Center has no cloud id and takes no OAuth credential: leave both empty for it.',
  });
}

/** The answer as JSON, undefined when there is none to be had; a page of a sign-in or another product is an error that says so. */
function siteJson(answer: HttpAnswer): unknown {
  if (answer.status >= 400) return undefined;
  const type = answer.headers['content-type'] ?? '';
  if (!type.includes('html')) return answer.json();
  const title = /<title[^>]*>([^<]{1,200})/i.exec(answer.text)?.[1]?.trim();
  throw new TielineError(
    'jira-site-unknown',
    `${answer.url} answers with a web page${title ? ` called "${title}"` : ''}, not with data of Jira`,
    {
      hint: 'Give the address of Jira itself. If the page is a sign-in page, a gateway stands before Jira: let the REST API through for this machine.',
    },
  );
}

const otherProduct = (baseUrl: string): TielineError =>
  new TielineError('jira-site-unknown', `What answers at ${baseUrl} is not Jira`, {
    hint: 'Give the base URL as the browser shows it in Jira, with the context path (such as /jira) and without the rest.',
  });
