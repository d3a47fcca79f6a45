import { TielineError } from '../kit/errors.ts';
import type { Http, HttpTarget } from '../kit/http.ts';
import { Secret } from '../kit/secret.ts';
import type { Environment } from './ci/definition.ts';
import { branchName, type CiContext } from './ci-context.ts';
import { codeHosts } from './code-hosts.ts';
import { readerAddress } from './code-links.ts';
import { textAt } from './json-path.ts';

/** A report must not hang on a code host. */
const timeoutMs = 3_000;

/** With what the code host is asked. */
export interface HostAccess {
  env: Environment;
  open(target: HttpTarget): Promise<{ http: Http; close(): Promise<void> }>;
}

/**
 * The context with the pull request's title, and what else of it the CI did not tell, from the code host: when the CI
 * tells its number and a token is at hand. What goes wrong is a notice. The token goes to the host's own API only.
 */
export async function withTitleFromHost(context: CiContext, { env, open }: HostAccess): Promise<CiContext> {
  const { pullRequestApi: api, pullRequestNumber, pullRequestTitle } = context;
  if (api === undefined || pullRequestTitle !== undefined) return context;
  const { tokens, authorize, fields } = codeHosts[api.host];
  const token = tokens.map((name) => env[name]?.trim() ?? '').find((text) => text !== '');
  if (token === undefined) return context;
  try {
    const { http, close } = await open({
      name: api.host,
      baseUrl: new URL(api.url).origin,
      auth: authorize(new Secret(token)),
    });
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = (await http.request({ method: 'GET', url: api.url, signal })).json();
      const link = fields.link && textAt(answer, fields.link);
      return {
        ...context,
        pullRequestTitle: textAt(answer, fields.title)?.replaceAll('\0', '').toWellFormed(),
        pullRequestLink: context.pullRequestLink ?? (link && readerAddress(link)),
        sourceBranch: context.sourceBranch ?? branchName(textAt(answer, fields.sourceBranch)),
        targetBranch: context.targetBranch ?? branchName(textAt(answer, fields.targetBranch)),
      };
    } finally {
      await close();
    }
  } catch (error) {
    if (!(error instanceof TielineError)) throw error;
    const notice = `The title of pull request ${pullRequestNumber} is not known: ${error.message}`;
    return { ...context, notices: [...context.notices, notice] };
  }
}
