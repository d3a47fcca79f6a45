import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { TielineError } from '../../../kit/errors.ts';
import {
  type Changes,
  fieldsOf,
  html,
  hubItself,
  pageOptions,
  preparePages,
  requireRole,
  type SignedInPages,
  sendPage,
} from '../../access/index.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import type { ApplicationStore } from './application-store.ts';
import { pathBelow } from './jira-address.ts';

const authorizePath = '/login/oauth/authorize';
const asked = ['client_id', 'redirect_uri', 'state'] as const;
const title = 'Let Jira read';

/** What each refusal of a code means, in words. */
const refusals = {
  incorrect_client_credentials: 'The client_id and/or client_secret passed are incorrect.',
  bad_verification_code: 'The code passed is incorrect or expired.',
  redirect_uri_mismatch: 'The redirect_uri is not the one that the code was given to.',
} as const;

/**
 * `/login/oauth`: how Jira asks for a token, as at GitHub: RFC 6749 §4.1, and
 * https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export function oauthRoutes(parts: {
  links: LinkStore;
  applications: ApplicationStore;
  changes: Changes;
  signedInPages: SignedInPages;
}): FastifyPluginAsync {
  const { links, applications, changes, signedInPages } = parts;

  const wantedOf = async (given: Record<(typeof asked)[number], string>) => {
    const application = await applications.findByClient(given.client_id);
    if (application === undefined) {
      throw new TielineError(
        'resource-not-found',
        `No application of this hub has the client id that Jira has`,
        {
          hint: 'Compare the client id in Jira with that of GET /api/v1/links/{link}/facade.',
        },
      );
    }
    const link = await links.get(application.linkId);
    return { link, redirectUrl: redirectUrlOf(given.redirect_uri, application.callbackUrl) };
  };

  return async (app) => {
    preparePages(app);

    app.get(authorizePath, pageOptions, async (request, reply) => {
      const session = await signedInPages.visitor(request, reply);
      if (session === undefined) return reply;
      const given = fieldsOf(request.query, asked);
      const { link, redirectUrl } = await wantedOf(given);
      requireRole(session.actor, 'editor', link.scope);
      return showQuestion(reply, { given, link, redirectUrl, csrfToken: session.csrfToken });
    });

    app.post(authorizePath, pageOptions, async (request, reply) => {
      const { csrf, ...given } = fieldsOf(request.body, [...asked, 'csrf']);
      const session = await signedInPages.sender(request, reply, csrf);
      if (session === undefined) return reply;
      const { link, redirectUrl } = await wantedOf(given);
      requireRole(session.actor, 'editor', link.scope);
      const code = await changes.make({ actor: session.actor, ip: request.ip }, (change) =>
        applications.makeCode(change, link, redirectUrl),
      );
      const back = new URL(redirectUrl);
      back.searchParams.set('code', code);
      if (given.state !== '') back.searchParams.set('state', given.state);
      // Browsers hold redirects of a form to form-action, so the way back is not one.
      reply.header('refresh', `0; url=${back.href}`);
      const main = html`<section><p>Jira may read <strong>${link.name}</strong> now.</p>
<a class="button" href="${back.href}">Go back to Jira</a></section>`;
      return sendPage(reply, 200, 'Back to Jira', main);
    });

    app.post('/login/oauth/access_token', pageOptions, async (request, reply) => {
      const names = ['client_id', 'client_secret', 'code', 'redirect_uri'] as const;
      const given = { ...fieldsOf(request.query, names) };
      for (const [name, value] of Object.entries(fieldsOf(request.body, names))) {
        if (value !== '') given[name as (typeof names)[number]] = value;
      }
      const redeemed = await changes.make({ actor: hubItself, ip: request.ip }, (change) =>
        applications.redeem(change, {
          clientId: given.client_id,
          clientSecret: given.client_secret,
          code: given.code,
          redirectUrl: given.redirect_uri || undefined,
        }),
      );
      // In this order: Jira takes everything between access_token= and &token_type for the token.
      const answer: Record<string, string> =
        'token' in redeemed
          ? { access_token: redeemed.token, token_type: 'bearer', scope: 'repo' }
          : { error: redeemed.refusal, error_description: refusals[redeemed.refusal] };
      reply.header('cache-control', 'no-store');
      if (request.headers.accept?.includes('application/json') === true) return reply.send(answer);
      return reply
        .type('application/x-www-form-urlencoded; charset=utf-8')
        .send(new URLSearchParams(answer).toString());
    });
  };
}

function showQuestion(
  reply: FastifyReply,
  question: {
    given: Record<(typeof asked)[number], string>;
    link: Link;
    redirectUrl: string;
    csrfToken: string;
  },
): FastifyReply {
  const { given, link, redirectUrl, csrfToken } = question;
  const fields = Object.entries({ ...given, csrf: csrfToken }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  const main = html`<section>
<p><strong>${new URL(redirectUrl).origin}</strong> wants to read the branches, commits and pull requests of the link
<strong>${link.name}</strong>: ${link.scopes.map(({ path }) => path).join(', ')}.</p>
<p>It also registers webhooks here, by which the hub tells it what is new. Else it can change nothing, here or at the code
host.</p>
<form method="post" action="${authorizePath}">${fields}
<button>Allow</button>
</form>
</section>
<p><a href="${new URL(redirectUrl).origin}">Do not allow</a></p>`;
  return sendPage(reply, 200, title, main);
}

/** Where Jira is sent back to: below the registered address, as GitHub has it. @throws request-invalid */
function redirectUrlOf(given: string, callbackUrl: string): string {
  if (given === '') return new URL(callbackUrl).href;
  if (pathBelow(given, callbackUrl) !== undefined) return new URL(given).href;
  throw new TielineError('request-invalid', `Jira may not be sent back to ${given.slice(0, 200)}`, {
    hint: `The application is for ${callbackUrl}; delete it and make one for the address that Jira has now.`,
  });
}
