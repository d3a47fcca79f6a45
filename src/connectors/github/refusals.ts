import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';

/** GitHub asks for at least a minute when it names no moment. */
const unspokenWaitMs = 60_000;
const longestMessage = 300;

const refusal = z.object({
  message: z.string(),
  errors: z.array(z.union([z.string(), z.object({ message: z.string() })])).optional(),
});

type Refused = Pick<HttpAnswer, 'status' | 'headers' | 'url' | 'text'>;

/** GitHub's own sentences on why it refuses; undefined when it gives none. */
export function findMessage({ text }: Pick<Refused, 'text'>): string | undefined {
  const said = refusal.safeParse(jsonOf(text)).data;
  if (said === undefined) return undefined;
  const more = (said.errors ?? []).map((one) => (typeof one === 'string' ? one : one.message));
  return [said.message, ...more].join('; ').slice(0, longestMessage);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

/**
 * Until when GitHub wants no more; undefined when the answer is no matter of rates. Both its limits come as 403 or 429.
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function findLimitEnd(answer: Refused, now: Date): Date | undefined {
  const { headers, status } = answer;
  const after = Number(headers['retry-after'] ?? '');
  if (after > 0) return new Date(now.getTime() + after * 1_000);
  const reset = headers['x-ratelimit-remaining'] === '0' ? findReset(headers, now) : undefined;
  if (reset !== undefined) return reset;
  const says = findMessage(answer) ?? '';
  return status === 429 || /rate limit|abuse detection/i.test(says)
    ? new Date(now.getTime() + unspokenWaitMs)
    : undefined;
}

/** When the window of the primary limit begins anew, by our clock: the header is by GitHub's. */
export function findReset(headers: Record<string, string>, now: Date): Date | undefined {
  const reset = Number(headers['x-ratelimit-reset'] ?? '');
  if (!(reset > 0)) return undefined;
  const theirNow = Date.parse(headers.date ?? '');
  const waitMs = reset * 1_000 - (Number.isNaN(theirNow) ? now.getTime() : theirNow);
  return new Date(now.getTime() + Math.max(waitMs, 1_000));
}

/** What a 403 or 429 means: `rate-limited` with the moment, or `remote-forbidden` with what the token lacks. */
export function refusalError(answer: Refused, now: Date): TielineError {
  const { status, url, text, headers } = answer;
  const says = findMessage(answer);
  const details = { status, url, answer: text.slice(0, 4_096) };
  const until = findLimitEnd(answer, now);
  if (until !== undefined) {
    const why = says ?? 'the rate is limited';
    return new TielineError('rate-limited', `${url} answered ${status}: ${why}`, {
      retry: { after: until },
      details: {
        ...details,
        reason: headers['x-ratelimit-remaining'] === '0' ? 'github-primary' : 'github-secondary',
      },
    });
  }
  return new TielineError(
    'remote-forbidden',
    `${url} answered ${status}: ${says ?? 'the permission was refused'}`,
    {
      hint: hintOf(headers),
      details,
    },
  );
}

/** GitHub names in headers what would have sufficed. */
function hintOf(headers: Record<string, string>): string | undefined {
  const organization = headers['x-github-sso'];
  if (organization !== undefined) {
    return 'Authorise the token for the single sign-on of the organization: GitHub, Settings, Developer settings, the token, Configure SSO.';
  }
  const permissions = headers['x-accepted-github-permissions'];
  if (permissions) return `Give the fine-grained token one of these permissions: ${permissions}.`;
  const scopes = headers['x-accepted-oauth-scopes'];
  return scopes ? `Give the classic token one of these scopes: ${scopes}.` : undefined;
}
