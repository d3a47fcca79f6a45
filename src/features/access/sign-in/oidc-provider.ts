import * as openid from 'openid-client';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { HttpFactory } from '../../../kit/http.ts';
import { createClientAuth, createOidcTransport } from './oidc-transport.ts';
import type { OidcSettings } from './settings.ts';

/** What a sign-in that is under way must come back with. It travels in the browser, sealed. */
export const pendingSchema = z.object({ state: z.string(), nonce: z.string(), codeVerifier: z.string() });
export type PendingSignIn = z.infer<typeof pendingSchema>;

/** Who somebody is, as the issuer has it. */
export interface Identity {
  issuer: string;
  /** Unique and never given again within the issuer: OpenID Connect Core §2. */
  subject: string;
  /** Only where the issuer says that it has verified it. */
  verifiedEmail: string | undefined;
  name: string | undefined;
  /** Undefined where the claim is not there at all. */
  groups: string[] | undefined;
}

/** The issuer of OpenID Connect, found by discovery when it is first needed. */
export interface OidcProvider {
  /** Where to send the browser. @throws sign-in-unavailable */
  begin(): Promise<{ url: URL; pending: PendingSignIn }>;
  /**
   * Who came back, after its code was exchanged and its ID token checked: signature, issuer, audience, nonce, times.
   * @throws sign-in-refused when the issuer or a check says no, sign-in-unavailable
   */
  finish(query: URLSearchParams, pending: PendingSignIn): Promise<Identity>;
}

/** An issuer's addresses may change; its keys are looked after by the library. */
const discoveredForMs = 60 * 60 * 1000;

export function createOidcProvider(options: {
  settings: OidcSettings;
  http: HttpFactory;
  publicUrl: string;
  now(): Date;
}): OidcProvider {
  const { settings, http, publicUrl, now } = options;
  const redirectUri = `${publicUrl}/sign-in/oidc/callback`;
  let known: { configuration: Promise<openid.Configuration>; at: number } | undefined;

  const discover = async (): Promise<openid.Configuration> => {
    const issuer = new URL(settings.issuer);
    const found = await openid.discovery(issuer, settings.clientId, undefined, createClientAuth(settings), {
      [openid.customFetch]: createOidcTransport(http, settings),
      // The configuration takes plain HTTP for this machine only.
      execute: issuer.protocol === 'http:' ? [openid.allowInsecureRequests] : [],
    });
    openid.enableNonRepudiationChecks(found);
    return found;
  };
  const configuration = (): Promise<openid.Configuration> => {
    if (known === undefined || known.at + discoveredForMs < now().getTime()) {
      const mine = { configuration: discover().catch(failed('found')), at: now().getTime() };
      known = mine;
      mine.configuration.catch(() => {
        if (known === mine) known = undefined;
      });
    }
    return known.configuration;
  };
  const failed =
    (what: string) =>
    (thrown: unknown): never => {
      throw asSignInError(thrown, settings.issuer, what);
    };

  return {
    async begin() {
      const found = await configuration();
      const pending = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        codeVerifier: openid.randomPKCECodeVerifier(),
      };
      const url = openid.buildAuthorizationUrl(found, {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(pending.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { url, pending };
    },
    async finish(query, { state, nonce, codeVerifier }) {
      const found = await configuration();
      const tokens = await openid
        .authorizationCodeGrant(found, new URL(`${redirectUri}?${query}`), {
          pkceCodeVerifier: codeVerifier,
          expectedState: state,
          expectedNonce: nonce,
          idTokenExpected: true,
        })
        .catch(failed('asked'));
      const claims = tokens.claims();
      if (claims === undefined) throw new TypeError('an ID token was expected and is not there');
      const more =
        found.serverMetadata().userinfo_endpoint === undefined
          ? {}
          : await openid
              .fetchUserInfo(found, tokens.access_token, claims.sub)
              .catch(failed('asked for claims'));
      return identityOf({ ...more, ...claims }, settings);
    },
  };
}

const claimsSchema = z.object({
  iss: z.string(),
  sub: z.string(),
  email: z.email().optional().catch(undefined),
  // Some issuers write it as a text.
  email_verified: z.union([z.boolean(), z.stringbool()]).optional().catch(undefined),
  name: z.string().optional().catch(undefined),
});
/** One group may come without a list around it. */
const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]);

function identityOf(claims: Record<string, unknown>, { groupsClaim }: OidcSettings): Identity {
  const { iss, sub, email, email_verified, name } = claimsSchema.parse(claims);
  const groups = groupsSchema.safeParse(claims[groupsClaim]);
  return {
    issuer: iss,
    subject: sub,
    verifiedEmail: email_verified === true ? email?.toLowerCase() : undefined,
    name,
    groups: groups.success ? groups.data : undefined,
  };
}

/** The issuer's no is one of the person who signs in; all else is the administrator's to repair. */
function asSignInError(thrown: unknown, issuer: string, what: string): TielineError {
  const cause = thrown instanceof openid.ClientError ? thrown.cause : undefined;
  const unavailable = (why: string, hint?: string): TielineError =>
    new TielineError('sign-in-unavailable', `The issuer ${issuer} could not be ${what}: ${why}`, {
      hint,
      cause: thrown,
    });
  // What our way out has to say stands inside what the library makes of it.
  const own = [thrown, cause].find((error) => error instanceof TielineError);
  if (own !== undefined) {
    const hint =
      own.code === 'address-denied'
        ? 'Name it in TIELINE_OIDC_ALLOW_ADDRESSES if the issuer is meant to be there.'
        : own.hint;
    return unavailable(own.message, hint);
  }
  if (thrown instanceof openid.AuthorizationResponseError) {
    const { error, error_description } = thrown;
    return refused(
      issuer,
      error_description === undefined ? error : `${error}: ${error_description}`,
      thrown,
    );
  }
  if (thrown instanceof openid.ResponseBodyError && thrown.error === 'invalid_grant') {
    return refused(issuer, 'the code of the sign-in is spent or too old', thrown);
  }
  const isClientRefused = thrown instanceof openid.ResponseBodyError && thrown.error === 'invalid_client';
  if (isClientRefused || thrown instanceof openid.WWWAuthenticateChallengeError) {
    return unavailable(
      'it does not take the credentials of this hub (invalid_client)',
      'Check TIELINE_OIDC_CLIENT_ID and TIELINE_OIDC_CLIENT_SECRET.',
    );
  }
  const reasons = [thrown, cause].flatMap((error) => (error instanceof Error ? [error.message] : []));
  return unavailable([...new Set(reasons)].join(': ') || 'for no known reason');
}

const refused = (issuer: string, why: string, cause: unknown): TielineError =>
  new TielineError('sign-in-refused', `${issuer} did not let you in: ${why}`, {
    hint: 'Start again from the sign-in page.',
    cause,
  });
