import type { Connection } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../kit/http.ts';
import { Secret } from '../../kit/secret.ts';
import { asRecord, dataOf, errorsOf, readStatuses, refusal } from './answers.ts';
import type { VaultSettings } from './settings.ts';

/** What a token says of itself. https://developer.hashicorp.com/vault/api-docs/auth/token#lookup-a-token-self */
export interface TokenFacts {
  name: string;
  policies: string[];
  /** Undefined: it does not end. */
  ttlSeconds: number | undefined;
  renewable: boolean;
}

/** A Vault, signed in when it is needed. */
export interface VaultSession {
  /** Without a token: the health. */
  anonymous: Http;
  /**
   * With a token. A token of a sign-in that is refused is replaced once; one that is half spent is renewed first.
   * Resolves for Vault's own refusals. @throws remote-unauthorized when the sign-in is refused
   */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** @throws remote-forbidden when the token is not valid */
  lookUp(): Promise<TokenFacts>;
}

interface Signed {
  http: Http;
  /** When to renew or to sign in again; undefined: never. */
  freshUntil: number | undefined;
  renewable: boolean;
}

/** Signs in to Vault as the connection says, once for all who ask at the same time. */
export function openSession(connection: Connection<VaultSettings>): VaultSession {
  const { settings, now, log } = connection;
  const { auth, address: baseUrl, namespace } = settings;
  const headers = {
    // Vault Agent refuses requests without it: a browser tricked into sending one cannot set it.
    'x-vault-request': 'true',
    ...(namespace !== undefined && { 'x-vault-namespace': namespace }),
  };
  const withHeaders = (http: Http): Http => ({
    request: (request) =>
      http.request({
        ...request,
        headers: { ...headers, ...request.headers },
        accept: request.accept ?? readStatuses,
      }),
  });
  const anonymous = withHeaders(connection.aim({ baseUrl, auth: { type: 'none' } }));
  const aim = (token: Secret): Http =>
    withHeaders(connection.aim({ baseUrl, auth: { type: 'header', name: 'x-vault-token', value: token } }));
  /** Half of the life is left for renewals that fail. */
  const halfOf = (seconds: number | undefined) =>
    seconds === undefined ? undefined : now().getTime() + seconds * 500;

  const signIn = async (): Promise<Signed> => {
    if (auth.type === 'token') {
      const http = aim(auth.token);
      const facts = await lookUpWith(http);
      return { http, freshUntil: halfOf(facts.ttlSeconds), renewable: facts.renewable };
    }
    const answer = await anonymous.request({
      method: 'POST',
      url: `/v1/auth/${auth.mount}/login`,
      json: { role_id: auth.roleId, secret_id: auth.secretId },
    });
    if (answer.status === 400 || answer.status === 403) throw refusedSignIn(auth.mount, answer);
    if (answer.status !== 200) throw refusal(`Signing in at auth/${auth.mount}`, answer);
    const { client_token: token, lease_duration: seconds } = asRecord(asRecord(answer.json()).auth);
    if (typeof token !== 'string' || token === '') {
      throw new TielineError('answer-unexpected', `${baseUrl} answered the sign-in without a token`);
    }
    const life = typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
    // Signing in again is one request, as a renewal is, and has no longest life.
    return { http: aim(new Secret(token)), freshUntil: halfOf(life), renewable: false };
  };

  let signed: Promise<Signed> | undefined;
  const start = (signing: Promise<Signed>): Promise<Signed> => {
    signed = signing;
    signing.catch(() => {
      if (signed === signing) signed = undefined;
    });
    return signing;
  };
  const renew = async (current: Signed): Promise<Signed> => {
    const answer = await current.http.request({ method: 'POST', url: '/v1/auth/token/renew-self', json: {} });
    if (answer.status !== 200) {
      const { message } = refusal('Renewing the token', answer);
      log.warn({ connection: connection.name, reason: message }, 'a token of Vault was not renewed');
      return { ...current, renewable: false };
    }
    const { lease_duration: seconds, renewable } = asRecord(asRecord(answer.json()).auth);
    const life = typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
    return { ...current, freshUntil: halfOf(life), renewable: renewable === true };
  };
  const fresh = async (): Promise<Signed> => {
    const known = signed ?? start(signIn());
    const current = await known;
    const isFresh = current.freshUntil === undefined || now().getTime() < current.freshUntil;
    if (isFresh || (auth.type === 'token' && !current.renewable)) return current;
    // Another caller may have begun meanwhile.
    if (signed !== known && signed !== undefined) return signed;
    return start(auth.type === 'token' ? renew(current) : signIn());
  };

  return {
    anonymous,
    async request(request) {
      const used = await fresh();
      const answer = await used.http.request(request);
      // Vault says 403 both for a token that has ended and for a path that it may not read.
      if (answer.status !== 403 || auth.type === 'token') return answer;
      const valid = await used.http.request({ method: 'GET', url: '/v1/auth/token/lookup-self' });
      if (valid.status !== 403) return answer;
      const { http } = await start(signIn());
      return http.request(request);
    },
    lookUp: async () => lookUpWith((await fresh()).http),
  };
}

async function lookUpWith(http: Http): Promise<TokenFacts> {
  const answer = await http.request({ method: 'GET', url: '/v1/auth/token/lookup-self' });
  if (answer.status === 403) {
    throw new TielineError('remote-unauthorized', 'Vault does not know the token, or it has ended', {
      hint: 'Make a new token and store it; a policy must let it look itself up, as "default" does.',
      retry: 'once-repaired',
    });
  }
  if (answer.status !== 200) throw refusal('Looking the token up', answer);
  const { display_name: name, policies, ttl, renewable } = dataOf(answer);
  return {
    name: typeof name === 'string' ? name : '',
    policies: Array.isArray(policies) ? policies.map(String) : [],
    ttlSeconds: typeof ttl === 'number' && ttl > 0 ? ttl : undefined,
    renewable: renewable === true,
  };
}

function refusedSignIn(mount: string, answer: HttpAnswer): TielineError {
  const said = errorsOf(answer).join('; ').slice(0, 300);
  return new TielineError(
    'remote-unauthorized',
    `Vault refused the sign-in at auth/${mount}${said === '' ? '' : `: ${said}`}`,
    {
      hint: 'Check the role id, the secret id (it may have ended or be used up) and the mount of AppRole.',
      retry: 'once-repaired',
      details: { status: answer.status },
    },
  );
}
