import { z } from 'zod';
import type { RateLimitReport } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import { readRateLimit } from '../../kit/rate-limit.ts';

const myself = z.object({
  displayName: z.string(),
  /** Cloud. */
  accountId: z.string().optional(),
  /** Server and Data Center. */
  key: z.string().optional(),
  name: z.string().optional(),
});

/** Who we are to Jira. */
export interface Account {
  name: string;
  /** The account id or, self-hosted, the user's key. */
  id: string;
  rateLimit?: RateLimitReport;
}

/** Who we are to Jira, and what its headers say of the rate limit. Jira REST API v2, "Get current user". */
export async function readAccount(http: Http): Promise<Account> {
  const answer = await http.request({ method: 'GET', url: '/rest/api/2/myself' });
  const { data } = myself.safeParse(answer.json());
  const id = data?.accountId ?? data?.key ?? data?.name;
  if (data === undefined || id === undefined) {
    throw new TielineError('answer-unexpected', `${answer.url} names no account`);
  }
  return { name: data.displayName, id, rateLimit: readRateLimit(answer.headers) };
}
