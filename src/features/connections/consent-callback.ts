import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { TestReport } from '../../kit/connector.ts';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import { Secret } from '../../kit/secret.ts';
import { html, sendPage } from '../access/index.ts';
import { aboutOf, type ConsentRouteParts, callbackPath, consentOf } from './consent-routes.ts';
import type { ConsentRequest } from './consent-store.ts';
import { openConnection } from './open-connection.ts';
import { testConnection } from './test-connection.ts';

/** What the other side sends along, RFC 6749 §4.1.2; whatever else it sends is left out of account. */
const answer = z.object({
  state: z.string().max(1_000).default(''),
  code: z.string().max(10_000).optional(),
  error: z.string().max(1_000).optional(),
  error_description: z.string().max(1_000).optional(),
});
type ConsentAnswer = z.output<typeof answer>;

const again = 'Go back to Tieline and begin the authorisation anew.';
const lookupErrors = {
  used: 'This authorisation was finished already, or was tried before',
  expired: 'The authorisation took longer than ten minutes',
  unknown: 'This hub has not asked for the authorisation, or has forgotten that it did',
};

/** Where a user comes back to after they agreed, or did not: a page that says what came of it. */
export function consentCallbackRoutes(parts: ConsentRouteParts): FastifyPluginAsyncZod {
  const { database, connections, consents, grants, health, changes, http } = parts;

  const finish = async (given: ConsentAnswer, ip: string): Promise<{ name: string; report: TestReport }> => {
    const looked = await consents.take(given.state);
    if ('missing' in looked) {
      throw new TielineError('request-invalid', lookupErrors[looked.missing], { hint: again });
    }
    const request = looked.found;
    const origin = { actor: request.askedBy, ip };
    const stored = await connections.get(request.connectionId);
    try {
      if (stored.revision !== request.revision) {
        throw new TielineError('request-invalid', `The settings of "${stored.name}" were changed meanwhile`, {
          hint: again,
        });
      }
      const code = codeOf(given);
      const opened = await openConnection(parts, stored);
      const grant = await http.redeem({
        ...opened.routing,
        ...redemptionOf(request, code, consentOf(opened)),
      });
      // First the line: what it tells of lies elsewhere, and must not be there without it.
      await changes.make(origin, ({ note }) =>
        note({ action: 'connection.authorized', ...aboutOf(stored), details: { scopes: grant.scopes } }),
      );
      await grants.put(stored.id, grant);
      const tested = await testConnection(parts, stored);
      await database.transaction('health', (trx) => health.keep(trx, stored, tested));
      return { name: stored.name, report: tested.report };
    } catch (thrown) {
      const { code } = asTielineError(thrown);
      await changes.make(origin, ({ note }) =>
        note({ action: 'connection.authorization-failed', ...aboutOf(stored), details: { code } }),
      );
      throw thrown;
    }
  };

  return async (app) => {
    app.get(
      callbackPath,
      { config: { access: { public: true } }, schema: { hide: true, querystring: answer } },
      async (request, reply) => {
        try {
          const { name, report } = await finish(request.query, request.ip);
          const who = report.account === undefined ? 'a user' : report.account.name;
          return sendPage(
            reply,
            200,
            'Authorised',
            html`<p>The connection “${name}” may now act as ${who}.</p>
<p>${report.ok ? 'Its test passed.' : 'Its test failed all the same: see the connection in Tieline.'} You can close this page.</p>`,
          );
        } catch (thrown) {
          const error = asTielineError(thrown);
          if (error.status >= 500) request.log.error({ err: thrown }, 'an authorisation failed');
          const message = error.code === 'internal-error' ? 'Something went wrong in the hub' : error.message;
          return sendPage(
            reply,
            error.status,
            'Not authorised',
            html`<div class="bad" role="alert"><p>${message}.</p><p>${error.hint}</p></div>`,
          );
        }
      },
    );
  };
}

/** @throws authorization-missing when the user did not agree, or the other side would not ask them */
function codeOf({ code, error, error_description: description }: ConsentAnswer): Secret {
  if (error === 'access_denied') {
    throw new TielineError('authorization-missing', 'The authorisation was refused there', { hint: again });
  }
  if (error !== undefined || code === undefined) {
    const said = [error, description].filter((one) => one !== undefined).join(': ');
    throw new TielineError(
      'authorization-missing',
      `The other side did not let it be: ${said || 'no reason'}`,
      {
        hint: "Check the connection's client id and scopes, and that its app there knows the callback address.",
      },
    );
  }
  return new Secret(code);
}

const redemptionOf = (
  { redirectUri, verifier }: ConsentRequest,
  code: Secret,
  { tokenUrl, clientId, clientSecret }: { tokenUrl: string; clientId: string; clientSecret: Secret },
) => ({ tokenUrl, clientId, clientSecret, code, redirectUri, codeVerifier: verifier });
