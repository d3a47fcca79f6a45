import type { IncomingMessage, ServerResponse } from 'node:http';
import { type PlainServer, startPlainServer } from './plain-server.ts';

/** Things that stand where somebody thought that Jira was. */
const notJiraKinds = [
  'login-page',
  'sso-redirect',
  'html',
  'wrong-json',
  'confluence',
  'bitbucket',
  'empty',
  'slow',
] as const;
export type NotJiraKind = (typeof notJiraKinds)[number];

/** A running one. */
type NotJira = PlainServer & {
  kind: NotJiraKind;
  /** Where `sso-redirect` sends people. */
  ssoUrl: string;
};

type Answerer = (request: IncomingMessage, response: ServerResponse, ssoUrl: string) => void;

const page = (
  status: number,
  title: string,
  body: string,
  headers: Record<string, string> = {},
): Answerer => {
  const text = `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>\n`;
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'text/html;charset=UTF-8', ...headers });
    response.end(text);
  };
};

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answerer => {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
};

const isRest = (request: IncomingMessage) => request.url?.includes('/rest/') === true;

/** What each answers, whatever it is asked. */
const answerers: Record<NotJiraKind, Answerer> = {
  // A proxy with a sign-in of its own gives its form in place of everything, and calls it 200.
  'login-page': page(
    200,
    'Log in',
    '<form action="/login" method="post"><input name="username"><input type="password" name="password"></form>',
    { 'set-cookie': 'session=0; Path=/; HttpOnly' },
  ),
  // Okta, ADFS and their like: another host, with where one came from in the query.
  'sso-redirect': (request, response, ssoUrl) => {
    const relay = encodeURIComponent(request.url ?? '/');
    response.writeHead(302, {
      location: `${ssoUrl}/app/jira/sso/saml?SAMLRequest=fZJNb4JAEIbv&RelayState=${relay}`,
    });
    response.end();
  },
  html: page(200, 'Welcome to nginx!', '<h1>Welcome to nginx!</h1>'),
  'wrong-json': json(200, { name: 'artifactory', status: 'ok', version: '7.90.1' }),
  // Confluence answers of its REST module in JSON, of all else with its page, and has no `/rest/api/2`.
  confluence: (request, response, ssoUrl) =>
    (isRest(request)
      ? json(
          404,
          {
            statusCode: 404,
            data: { authorized: false, valid: true, errors: [], successful: false },
            message: 'null for uri: http://wiki.example/rest/api/2/serverInfo',
          },
          { 'x-confluence-request-time': '1767225600000', 'x-seraph-loginreason': 'OK' },
        )
      : page(200, 'Dashboard - Confluence', '<meta name="application-name" content="Confluence">', {
          'x-confluence-request-time': '1767225600000',
        }))(request, response, ssoUrl),
  // Bitbucket Data Center knows `/rest/api/latest` and its own numbers; of others it says this.
  bitbucket: (request, response, ssoUrl) =>
    (isRest(request)
      ? json(
          404,
          {
            errors: [
              {
                context: null,
                message: 'null for uri: http://git.example/rest/api/2/serverInfo',
                exceptionName: 'com.sun.jersey.api.NotFoundException',
              },
            ],
          },
          { 'x-arequestid': '@1F0ABCx1x1x0', 'x-asessionid': 'simulated' },
        )
      : page(200, 'Bitbucket', '<meta name="application-name" content="Bitbucket">'))(
      request,
      response,
      ssoUrl,
    ),
  empty: (_request, response) => {
    response.writeHead(200, { 'content-length': '0' });
    response.end();
  },
  // The connection stays open, and nothing comes.
  slow: () => undefined,
};

/** Starts something that is not Jira. `sso-redirect` starts a second server: the page that it sends people to. */
export async function startNotJira(kind: NotJiraKind): Promise<NotJira> {
  const sso = await startPlainServer((request, response) =>
    page(200, 'Sign In', '<h1>Sign in with your company account</h1>')(request, response, ''),
  );
  // Another host by name, as the real one is, though it is this machine.
  const ssoUrl = sso.url.replace('127.0.0.1', 'localhost');
  const server = await startPlainServer((request, response) => answerers[kind](request, response, ssoUrl));
  return {
    ...server,
    kind,
    ssoUrl,
    async close() {
      await Promise.all([server.close(), sso.close()]);
    },
  };
}
