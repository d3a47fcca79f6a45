import type { OauthScope } from '../seed.ts';

/** What a request needs where its method does not say it: documented with each operation of Jira's API. */
const exceptions: [method: RegExp, path: RegExp, scopes: OauthScope[]][] = [
  [/GET/, /\/serverInfo$/, []],
  [/GET/, /\/myself$|\/users?(?:\/|$)|\/groups\/picker$/, ['read:jira-user']],
  [/GET/, /\/webhook(?:\/|$)/, ['read:jira-work', 'manage:jira-webhook']],
  [/POST|PUT|DELETE/, /\/webhook(?:\/|$)/, ['manage:jira-webhook']],
  [/POST/, /\/search(?:\/|$)|\/jql\/|\/issue\/watching$|\/changelog\/list$/, ['read:jira-work']],
];

/**
 * The classic scopes that a request of the platform API needs, all of them; undefined for what no OAuth token may do,
 * such as the webhooks of administrators.
 */
export function scopesFor(method: string, path: string): OauthScope[] | undefined {
  if (!path.startsWith('/rest/api/')) return undefined;
  const exception = exceptions.find(([methods, paths]) => methods.test(method) && paths.test(path));
  return exception?.[2] ?? [method === 'GET' ? 'read:jira-work' : 'write:jira-work'];
}
