import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { JiraIdentity } from '../../kit/jira.ts';
import { findUnsuited } from './capabilities.ts';
import { assertNoPage, explainRedirect } from './not-jira.ts';
import type { Platform } from './platform-settings.ts';

/** What an answer tells of the account for which it was asked. */
interface Telling {
  status: number;
  headers: Record<string, string>;
  text: string;
  url: string;
}

interface Rule {
  applies(telling: Telling): boolean;
  code: ErrorCode;
  says: string;
  hint?(telling: Telling): string | undefined;
}

const deniedReason = ({ headers }: Telling) => headers['x-authentication-denied-reason'] ?? '';
const loginReason = ({ headers }: Telling) => headers['x-seraph-loginreason'] ?? '';

/** Where the CAPTCHA is, by Jira's own word: `CAPTCHA_CHALLENGE; login-url=https://…`. */
function captchaHint(telling: Telling): string | undefined {
  const page = /login-url=(https?:\/\/[^\s;?#]+)/.exec(deniedReason(telling))?.[1];
  return (
    page &&
    `Sign in as that account at ${page} and solve the CAPTCHA, correct the password of the connection, or use a personal access token, which needs none.`
  );
}

/** Why Jira refuses an account as a whole. The first that applies is said; none is about one permission. */
const rules: Rule[] = [
  {
    applies: (telling) => /captcha/i.test(deniedReason(telling)),
    code: 'jira-captcha',
    says: 'Jira wants the account to solve a CAPTCHA after too many wrong passwords',
    hint: captchaHint,
  },
  {
    applies: ({ status, text }) => status === 403 && /ip address[^.]{0,80}(?:rejected|allow)/i.test(text),
    code: 'jira-address-not-allowed',
    says: 'Jira refuses the IP address of this machine',
  },
  {
    applies: ({ status, text }) =>
      status >= 401 && /basic auth\w*[^.]{0,60}(?:disabled|not (?:allowed|supported))/i.test(text),
    code: 'jira-password-refused',
    says: 'Jira takes no user names and passwords',
  },
  {
    applies: ({ status, text }) => status >= 401 && /scope does not match/i.test(text),
    code: 'jira-scope-missing',
    says: 'The token has no scope for this',
    hint: ({ url }) =>
      `Reading takes the scope ${scopeOf(url)}; add what is missing, then authorise again or make a new token.`,
  },
  {
    applies: ({ status, text }) =>
      status >= 401 && /(?:site|tenant|instance)[^.]{0,60}(?:suspended|deactivated|unavailable)/i.test(text),
    code: 'jira-site-suspended',
    says: 'The Jira site is suspended or not available',
  },
];

const scopeOf = (url: string) =>
  /\/(?:myself|users?|groups?)(?:[/?]|$)/.test(url)
    ? 'read:jira-user'
    : 'read:jira-work (writing: write:jira-work)';

/** Whether Jira took the request for nobody's although it carried credentials. */
const isNobody = (telling: Telling) =>
  telling.status < 400 &&
  (/AUTHENTICATED_FAILED/.test(loginReason(telling)) || telling.headers['x-ausername'] === 'anonymous');

/** Whether the status is about the credentials; a 403 to whom Jira has signed in is about a permission. */
const isAboutCredentials = (telling: Telling) =>
  telling.status === 401 || (telling.status === 403 && !/^OK\b/.test(loginReason(telling)));

/** The error of a refusal by what its answer says, whoever asked; the same error when it says nothing. */
export function explainRefusal(thrown: unknown): unknown {
  if (!(thrown instanceof TielineError)) return thrown;
  const telling = tellingOf(thrown);
  const rule = telling && rules.find(({ applies }) => applies(telling));
  return telling && rule ? byRule(rule, telling, thrown) : thrown;
}

const byRule = (rule: Rule, telling: Telling, cause?: TielineError) =>
  new TielineError(rule.code, `${rule.says}: ${telling.url} answered ${telling.status}`, {
    hint: rule.hint?.(telling),
    details: cause?.details ?? { status: telling.status, url: telling.url },
    cause,
  });

/** Credentials of Atlassian's cloud, which may fail there in any way before a Jira that is not in the cloud is asked. */
const cloudTypes: Platform['type'][] = ['oauth', 'service-account'];

/**
 * A client whose errors say why Jira refuses the account: a CAPTCHA, no passwords, no such tokens in this version, an
 * address that is not allowed, a missing scope. An answer as to nobody, which Jira gives to some wrong credentials, is
 * an error as well, and so is a page.
 */
export function explainRefusals(http: Http, platform: Platform, identify: () => Promise<JiraIdentity>): Http {
  /** What is wrong when this Jira takes no such credential at all. */
  const findStranger = async (
    cause: TielineError | undefined,
    details = cause?.details,
  ): Promise<TielineError | undefined> => {
    const identity = await identify().catch(() => undefined);
    const unsuited = identity && findUnsuited(platform.type, identity);
    return (
      unsuited && new TielineError(unsuited.code, unsuited.message, { hint: unsuited.hint, details, cause })
    );
  };
  const findRefusal = async (telling: Telling, cause?: TielineError): Promise<TielineError | undefined> => {
    const { status, url } = telling;
    const options = { details: cause?.details ?? { status, url }, cause };
    const rule = rules.find(({ applies }) => applies(telling));
    // Of passwords the version tells more.
    if (rule !== undefined && rule.code !== 'jira-password-refused') return byRule(rule, telling, cause);
    const nobody = isNobody(telling);
    if (!nobody && !isAboutCredentials(telling)) return undefined;
    // Who cannot be asked for its version gets the plain error.
    const unsuited = await findStranger(cause, options.details);
    if (unsuited !== undefined) return unsuited;
    if (rule !== undefined) return byRule(rule, telling, cause);
    if (!nobody && !/AUTHENTICATED_FAILED/.test(loginReason(telling))) return undefined;
    return new TielineError(
      'remote-unauthorized',
      `Jira did not know the credentials: ${url} answered ${status} as to nobody`,
      options,
    );
  };

  return {
    ...(http.prepare && { prepare: () => http.prepare?.() ?? Promise.resolve() }),
    async request(request) {
      const answer = await http.request(request).catch(async (thrown: unknown) => {
        if (!(thrown instanceof TielineError)) throw thrown;
        const stranger = cloudTypes.includes(platform.type) ? await findStranger(thrown) : undefined;
        if (stranger !== undefined) throw stranger;
        const telling = tellingOf(thrown);
        throw (telling && (await findRefusal(telling, thrown))) ?? explainRedirect(thrown);
      });
      if (answer.status >= 400 && answer.status !== 401 && answer.status !== 403) return answer;
      const refusal = await findRefusal(readTelling(answer));
      if (refusal !== undefined) throw refusal;
      // What people attach may be a page.
      if (!request.url.includes('/attachment/')) assertNoPage(answer);
      return answer;
    },
  };
}

const readTelling = ({ status, headers, text, url }: HttpAnswer): Telling => ({ status, headers, text, url });

/** What a thrown 401 or 403 tells. */
function tellingOf({ details }: TielineError): Telling | undefined {
  const { status, headers, answer, url } = details;
  if (status !== 401 && status !== 403) return undefined;
  return {
    status,
    headers: typeof headers === 'object' && headers !== null ? { ...headers } : {},
    text: typeof answer === 'string' ? answer : '',
    url: typeof url === 'string' ? url : 'Jira',
  };
}
