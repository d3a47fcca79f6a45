import type { Answer } from '../answer.ts';
import { html, type Markup } from '../pages/html.ts';
import { style } from '../pages/style.ts';
import type { Route } from '../route.ts';
import type { OauthScope, Seed } from '../seed.ts';
import type { World } from '../world.ts';

/** An authorization request that can be answered by a redirect. */
interface Asked {
  app: Seed['oauthApps'][number];
  redirectUri: string;
  state: string | null;
  scopes: OauthScope[];
}

function page(status: number, title: string, main: Markup): Answer {
  const whole = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} (simulated)</title>
<style>${style}</style>
</head>
<body>
<header><span>Atlassian</span><span class="mark">Simulated: nothing here is real</span></header>
<main id="main">
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`;
  return { status, html: whole.markup };
}

/** What cannot be told to the app, for it is not sure that the address is its own, is told to the person. */
const wrong = (status: number, code: string, sentence: string): Answer =>
  page(
    status,
    'Something went wrong',
    html`<p>${sentence}</p><p>Error code: <code>${code}</code></p><p>The app that sent you here is not set up as Atlassian knows it.</p>`,
  );

/** Back to the app, with what came of it. */
function back({ redirectUri, state }: Asked, fields: Record<string, string>): Answer {
  const target = new URL(redirectUri);
  for (const [name, value] of Object.entries(fields)) target.searchParams.set(name, value);
  if (state !== null) target.searchParams.set('state', state);
  return { status: 302, headers: { location: target.href } };
}

/** Reads an authorization request: {@link Asked}, or the answer to one that is wrong. */
function read(world: World, query: URLSearchParams): Asked | Answer {
  const app = world.seed.oauthApps.find((one) => one.clientId === query.get('client_id'));
  if (app === undefined) {
    return wrong(400, 'invalid_request', `Unknown client: ${query.get('client_id') ?? '(none)'}`);
  }
  const redirectUri = query.get('redirect_uri');
  if (redirectUri === null || !app.redirectUris.includes(redirectUri)) {
    return wrong(
      403,
      'unauthorized_client',
      `redirect_uri is not registered for client: ${redirectUri ?? '(none)'}`,
    );
  }
  const scopes = (query.get('scope') ?? '').split(' ').filter((one) => one !== '');
  const asked: Asked = { app, redirectUri, state: query.get('state'), scopes: scopes as OauthScope[] };
  const complain = (error: string, description: string) =>
    back(asked, { error, error_description: description });
  if (query.get('response_type') !== 'code') {
    return complain('unsupported_response_type', 'response_type must be code');
  }
  if (query.get('audience') !== 'api.atlassian.com') {
    return complain('invalid_request', 'audience must be api.atlassian.com');
  }
  if (query.get('prompt') !== 'consent') return complain('invalid_request', 'prompt must be consent');
  const unknown = scopes.find((one) => one !== 'offline_access' && !app.scopes.includes(one as OauthScope));
  if (unknown !== undefined || scopes.length === 0) {
    return complain('invalid_scope', `The app may not ask for the scope ${unknown ?? '(none)'}`);
  }
  return asked;
}

const denied = { error: 'access_denied', error_description: 'User did not authorize the request' };

function allow(world: World, asked: Asked, email: string): Answer {
  const { app, scopes, redirectUri } = asked;
  const consent = { clientId: app.clientId, email, scopes };
  return back(asked, { code: world.grants.makeCode(consent, redirectUri) });
}

function consentPage(world: World, asked: Asked, query: URLSearchParams): Answer {
  const people = world.seed.accounts.filter((one) => one.active);
  const fields = [...query].map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const choices = people.map((one) => html`<option value="${one.email}">${one.displayName}</option>`);
  return page(
    200,
    `${asked.app.name} wants to access ${world.seed.name}`,
    html`<ul class="rows">${asked.scopes.map((scope) => html`<li><code>${scope}</code></li>`)}</ul>
<form method="post" action="/authorize">${fields}
<p><label for="account">You are</label> <select id="account" name="account">${choices}</select></p>
<p><button name="decision" value="accept">Accept</button> <button name="decision" value="cancel">Cancel</button></p>
</form>`,
  );
}

/** Adds an address that consent may lead back to, to one app or to all. Throws a RangeError when there is none. */
export function allowRedirect(seed: Seed, redirectUri: string, clientId?: string): void {
  const apps = seed.oauthApps.filter((one) => clientId === undefined || one.clientId === clientId);
  if (apps.length === 0) throw new RangeError(`no app with the client id ${clientId ?? '(any)'}`);
  for (const app of apps) app.redirectUris = [...new Set([...app.redirectUris, redirectUri])];
}

/** OAuth 2.0 (3LO): what stands at `https://auth.atlassian.com/authorize`, and the list of sites that a token is for. */
export function authorizeRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      path: '/authorize',
      handle({ query }) {
        const asked = read(world, query);
        if (!('app' in asked)) return asked;
        const { consent } = world.switches;
        if (consent === 'ask') return consentPage(world, asked, query);
        return consent === 'refuse' ? back(asked, denied) : allow(world, asked, consent.as);
      },
    },
    {
      method: 'POST',
      path: '/authorize',
      handle(request) {
        const form = new URLSearchParams(request.body.toString('utf8'));
        const asked = read(world, form);
        if (!('app' in asked)) return asked;
        const account = world.seed.accounts.find((one) => one.active && one.email === form.get('account'));
        if (form.get('decision') !== 'accept' || account === undefined) return back(asked, denied);
        return allow(world, asked, account.email);
      },
    },
  ];
}
