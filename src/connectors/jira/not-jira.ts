import type { ErrorCode } from '../../kit/error-catalogue.ts';
import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';

// Read by `tieline report` as well, where each millisecond of loading counts: nothing here may import zod.

/** Products by the names that they give themselves in titles, `application-name` and `displayName`. */
const products = [
  'Confluence',
  'Bitbucket',
  'Bamboo',
  'Crowd',
  'GitLab',
  'GitHub',
  'Gitea',
  'Forgejo',
  'Jenkins',
  'Harness',
  'ServiceNow',
  'Zendesk',
  'Salesforce',
  'Grafana',
  'SonarQube',
  'Azure DevOps',
  'Nexus Repository',
  'Artifactory',
];

/** Products by the headers that only they send. */
const headerMarks: [header: RegExp, product: string][] = [
  [/^x-confluence-/, 'Confluence'],
  [/^x-gitlab-/, 'GitLab'],
  [/^x-github-/, 'GitHub'],
  [/^x-jenkins$/, 'Jenkins'],
  [/^x-gitea-/, 'Gitea'],
  [/^x-zendesk-/, 'Zendesk'],
];

/** The name that JSON gives itself. */
const jsonName = /"(?:displayName|productName|product|application|name)"\s*:\s*"([^"]{1,60})"/;

/** Products by what else their JSON holds. */
const jsonMarks: [mark: RegExp, product: string][] = [
  [/"errors"\s*:\s*\[\s*\{\s*"context"/, 'Bitbucket'],
  [/"revision"\s*:[^}]*"(?:kas|enterprise)"\s*:/, 'GitLab'],
  [/"message"\s*:\s*"404 (?:Project )?Not Found"|"error"\s*:\s*"404 Not Found"/, 'GitLab'],
  [/"documentation_url"\s*:\s*"https:\/\/docs\.github\.com/, 'GitHub'],
  [/"_class"\s*:\s*"(?:hudson|jenkins)\./, 'Jenkins'],
  [/"instance_id"\s*:|"snc_/, 'ServiceNow'],
];

const titleOf = (text: string) => /<title[^>]*>([^<]{1,200})/i.exec(text)?.[1]?.replace(/\s+/g, ' ').trim();

const namesOf = (text: string) => [
  titleOf(text) ?? '',
  ...(text.match(/<meta[^>]{0,300}(?:application-name|og:site_name)[^>]{0,300}>/gi) ?? []),
];

/** The product that an answer is of, when it is known and not Jira. */
function findProduct({ headers, text }: HttpAnswer): string | undefined {
  const byHeader = headerMarks.find(([header]) => Object.keys(headers).some((name) => header.test(name)));
  if (byHeader !== undefined) return byHeader[1];
  if (!isPage(headers, text)) {
    const name = jsonName.exec(text)?.[1]?.toLowerCase() ?? '';
    return (
      products.find((product) => name.includes(product.toLowerCase())) ??
      jsonMarks.find(([mark]) => mark.test(text))?.[1]
    );
  }
  const names = namesOf(text).join(' ');
  return /\bjira\b/i.test(names) ? undefined : products.find((product) => names.includes(product));
}

const isPage = (headers: HttpAnswer['headers'], text: string) =>
  /html/i.test(headers['content-type'] ?? '') || /^\s*<(?:!doctype|html)/i.test(text);

const loginMarks =
  /type=["']?password|name=["']?os_password|<title[^>]*>[^<]*(?:\b(?:log|sign)[ -]?in\b|\bsso\b|anmelde)|SAMLRequest/i;

/** What Atlassian shows of a site that is not paid for, deactivated or on the move. */
const suspended =
  /site is (?:currently |temporarily )?(?:unavailable|suspended|deactivated)|has been (?:suspended|deactivated)/i;

const quoted = (title: string | undefined) => (title ? ` called "${title}"` : '');

/** What an answer is that is none of Jira's; undefined when there is nothing to tell it by. */
function findMistake(answer: HttpAnswer): [code: ErrorCode, is: string] | undefined {
  const { status, text, headers } = answer;
  if (suspended.test(text)) return ['jira-site-suspended', 'says that the site is not available'];
  const product = findProduct(answer);
  if (product !== undefined) return ['jira-other-product', `is ${product}, not Jira`];
  if (status >= 400) return undefined;
  if (text.trim() === '') return ['jira-answer-empty', `answers ${status} with an empty body`];
  if (!isPage(headers, text)) return undefined;
  const page = `a web page${quoted(titleOf(text))}`;
  return loginMarks.test(text)
    ? ['jira-login-page', `shows a login page, ${page}, where Jira's data should be`]
    : ['jira-not-json', `answers with ${page}, not with data of Jira`];
}

const mistaken = ({ url, status }: HttpAnswer, [code, is]: [code: ErrorCode, is: string]) =>
  new TielineError(code, `${url} ${is}`, { details: { status, url } });

/**
 * The error for an answer that is not Jira's: it names what was found. `jira-site-unknown` is that nothing is there.
 */
export function notJira(answer: HttpAnswer, baseUrl: string): TielineError {
  const mistake = findMistake(answer);
  if (mistake !== undefined) return mistaken(answer, mistake);
  const { url, status } = answer;
  if (status < 400) return mistaken(answer, ['jira-other-product', 'answers with data that is not Jira’s']);
  return new TielineError('jira-site-unknown', `There is no Jira at ${baseUrl}: ${url} answers ${status}`, {
    hint: 'Give the base URL as the browser shows it in Jira, with the context path (such as /jira) and without the rest.',
    details: { status, url },
  });
}

/**
 * The JSON of an answer of a site; undefined for a status of error that tells of no other product.
 * @throws jira-login-page, jira-not-json, jira-answer-empty, jira-other-product, jira-site-suspended
 */
export function siteJson(answer: HttpAnswer): unknown {
  const isData = answer.status < 400 && answer.text.trim() !== '' && !isPage(answer.headers, answer.text);
  const mistake = isData ? undefined : findMistake(answer);
  if (mistake !== undefined) throw mistaken(answer, mistake);
  if (!isData) return undefined;
  try {
    return answer.json();
  } catch (cause) {
    throw new TielineError('jira-not-json', `${answer.url} answers with something that is not JSON`, {
      details: { status: answer.status, url: answer.url },
      cause,
    });
  }
}

/**
 * Throws when a page stands where Jira's data should be, as a gateway shows one in place of an answer when its own session
 * has ended. @throws jira-login-page, jira-not-json, jira-other-product, jira-site-suspended
 */
export function assertNoPage(answer: HttpAnswer): void {
  if (answer.status >= 400 || !isPage(answer.headers, answer.text)) return;
  const mistake = findMistake(answer);
  if (mistake !== undefined) throw mistaken(answer, mistake);
}

/** Words by which the addresses of sign-in pages are known. */
const signIn =
  /(?:^|[./_-])(?:sso|login|log-in|signin|sign-in|auth|authorize|oauth2?|openid|saml2?|adfs|idp|okta|onelogin|microsoftonline|keycloak|accounts?)(?=[./_?-]|$)/i;

/** The error of a request that was redirected: a redirect to a sign-in at another host is told as such. */
export function explainRedirect(thrown: unknown): unknown {
  if (!(thrown instanceof TielineError) || thrown.code !== 'redirect-refused') return thrown;
  const { url, location } = thrown.details;
  if (typeof url !== 'string' || typeof location !== 'string') return thrown;
  const [from, to] = [URL.parse(url), URL.parse(location)];
  if (from === null || to === null || from.hostname === to.hostname) return thrown;
  if (!signIn.test(to.hostname + to.pathname)) return thrown;
  return new TielineError('jira-sso-redirect', `${url} redirects to a sign-in at ${to.host}`, {
    details: thrown.details,
    cause: thrown,
  });
}
