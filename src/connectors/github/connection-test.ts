import { z } from 'zod';
import { type Found, readHeaders, runChecks } from '../../kit/connection-report.ts';
import type { Connection, TestReport } from '../../kit/connector.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { openApi, read } from './api.ts';
import { findScopes } from './rights.ts';
import { listScopes } from './scopes.ts';
import type { GitHubSettings } from './settings.ts';

const user = z.object({ id: z.int(), login: z.string(), name: z.string().nullish() });

/** Says who the token is, until when it lasts, and what it sees. */
export async function testGitHub(connection: Connection<GitHubSettings>): Promise<TestReport> {
  const api = openApi(connection);
  const found: Found = { product: 'GitHub' };
  return runChecks(
    connection,
    {
      account: async () => {
        const answer = await api.request({ method: 'GET', url: '/user' });
        const { id, login, name } = read(answer, user);
        const version = answer.headers['x-github-enterprise-version'];
        Object.assign(found, readHeaders(answer.headers, connection.now()), {
          ...(version !== undefined && { product: `GitHub Enterprise Server ${version}` }),
          account: { name: name || login, id: String(id) },
        });
        return { state: 'ok', message: `Signed in as ${login}.${aboutToken(answer)}` };
      },
      scopes: async () => {
        const names = (await listScopes(api))
          .filter(({ level }) => level !== 'project')
          .map(({ path }) => path);
        return { state: 'ok', message: `What can be linked: ${names.join(', ')}, and single repositories.` };
      },
    },
    { found },
  );
}

/** The kind of the token with what GitHub says of it. */
function aboutToken(answer: HttpAnswer): string {
  const scopes = findScopes(answer);
  const kind =
    scopes === undefined
      ? ''
      : ` The token is a classic one with the scopes ${scopes.join(', ') || '(none)'}.`;
  const end = answer.headers['github-authentication-token-expiration'];
  return end === undefined ? kind : `${kind} The token ends at ${end}.`;
}
