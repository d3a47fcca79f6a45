import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import { explainRedirect, siteJson } from './not-jira.ts';

/**
 * The id by which Atlassian's gateway knows a Cloud site; read without credentials.
 * Throws `jira-site-unknown` where there is none, and the errors of {@link siteJson}.
 */
export async function readCloudId(http: Http, baseUrl: string): Promise<string> {
  const answer = await http
    .request({ method: 'GET', url: '/_edge/tenant_info', accept: [404, 410] })
    .catch((thrown: unknown) => {
      throw explainRedirect(thrown);
    });
  const said = siteJson(answer);
  const cloudId = typeof said === 'object' && said !== null && 'cloudId' in said ? said.cloudId : undefined;
  if (typeof cloudId === 'string' && cloudId !== '') return cloudId;
  throw new TielineError('jira-site-unknown', `${baseUrl} gives no cloud id, as every Jira Cloud site does`, {
    hint: 'Check the base URL. Jira Data Center has no cloud id and takes no credential of Atlassian’s cloud: choose another kind of user, and leave the OAuth credential empty.',
  });
}
