import type { IncomingHttpHeaders } from 'node:http';
import type { TokenEntry, VaultState } from './state.ts';

/** A request as the stand-in reads it. */
export interface VaultRequest {
  method: string;
  /** Below /v1, without the query, decoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: Record<string, unknown>;
}

export interface VaultAnswer {
  status: number;
  body?: unknown;
}

/** How the stand-in is set up. */
export interface VaultSetup {
  version: string;
  /** Where the KV engine, version 2, is enabled. */
  mount: string;
  namespace: string | undefined;
  appRole: { mount: string; roleId: string; secretId: string; lifeSeconds: number; readable?: string[] };
  now: () => Date;
}

const errors = (status: number, ...sentences: string[]): VaultAnswer => ({
  status,
  body: { errors: sentences },
});
const denied = errors(403, 'permission denied');

/** The envelope of every answer that is no error. */
const envelope = (part: { data?: unknown; auth?: unknown }) => ({
  request_id: '6f3c5b0e-7a41-4c1e-9d2a-0b8f1c2d3e4f',
  lease_id: '',
  renewable: false,
  lease_duration: 0,
  data: null,
  wrap_info: null,
  warnings: null,
  auth: null,
  ...part,
});

const authOf = ({ token, policies, lifeSeconds, renewable }: TokenEntry) => ({
  client_token: token,
  accessor: 'a-token-accessor',
  policies,
  token_policies: policies,
  lease_duration: lifeSeconds,
  renewable,
  token_type: 'service',
});

/** Answers a request as a Vault server does. */
export function answerVault(state: VaultState, setup: VaultSetup, request: VaultRequest): VaultAnswer {
  const { method, path } = request;
  if (path === 'sys/health') return health(state, setup, request);
  if (state.sealed) return errors(503, 'Vault is sealed');
  if ((request.headers['x-vault-namespace'] ?? '') !== (setup.namespace ?? '')) {
    return errors(404, `no handler for route "${path}". route entry not found.`);
  }
  if (path === `auth/${setup.appRole.mount}/login`) {
    return method === 'POST' || method === 'PUT' ? login(state, setup, request) : errors(405);
  }
  const entry = state.findToken(String(request.headers['x-vault-token'] ?? ''));
  if (entry === undefined) return denied;
  if (path === 'auth/token/lookup-self') return method === 'GET' ? lookUp(entry, setup) : errors(405);
  if (path === 'auth/token/renew-self') {
    return method === 'POST' || method === 'PUT' ? renew(state, entry) : errors(405);
  }
  if (entry.readable !== undefined && !entry.readable.some((prefix) => path.startsWith(prefix)))
    return denied;
  if (path.startsWith(`${setup.mount}/data/`)) {
    return method === 'GET' ? readSecret(state, setup, request) : errors(405);
  }
  if (path.startsWith(`${setup.mount}/`)) {
    // What a client of version 1 asks for.
    return {
      status: 404,
      body: { ...envelope({}), warnings: ['Invalid path for a versioned K/V secrets engine.'] },
    };
  }
  return errors(404, `no handler for route "${path}". route entry not found.`);
}

function health(state: VaultState, { version, now }: VaultSetup, { query }: VaultRequest): VaultAnswer {
  const body = {
    initialized: true,
    sealed: state.sealed,
    standby: state.standby,
    performance_standby: false,
    server_time_utc: Math.floor(now().getTime() / 1_000),
    version,
  };
  if (state.sealed) return { status: 503, body };
  return { status: state.standby && query.get('standbyok') !== 'true' ? 429 : 200, body };
}

function login(state: VaultState, { appRole }: VaultSetup, { body }: VaultRequest): VaultAnswer {
  if (typeof body.role_id !== 'string' || body.role_id === '') return errors(400, 'missing role_id');
  if (typeof body.secret_id !== 'string' || body.secret_id === '') return errors(400, 'missing secret_id');
  if (body.role_id !== appRole.roleId || body.secret_id !== appRole.secretId) {
    return errors(400, 'invalid role or secret ID');
  }
  const token = state.makeToken({
    displayName: 'approle',
    lifeSeconds: appRole.lifeSeconds,
    renewable: true,
    readable: appRole.readable,
  });
  const entry = state.findToken(token);
  return entry === undefined ? denied : { status: 200, body: envelope({ auth: authOf(entry) }) };
}

function lookUp(entry: TokenEntry, { now }: VaultSetup): VaultAnswer {
  const { displayName, policies, expiresAt, renewable, lifeSeconds } = entry;
  const ttl =
    expiresAt === undefined ? 0 : Math.max(0, Math.floor((expiresAt.getTime() - now().getTime()) / 1_000));
  const data = {
    accessor: 'a-token-accessor',
    creation_ttl: lifeSeconds,
    display_name: displayName,
    expire_time: expiresAt?.toISOString() ?? null,
    id: entry.token,
    num_uses: 0,
    orphan: true,
    policies,
    renewable,
    ttl,
    type: 'service',
  };
  return { status: 200, body: envelope({ data }) };
}

function renew(state: VaultState, entry: TokenEntry): VaultAnswer {
  if (!entry.renewable) return errors(400, 'lease is not renewable');
  state.renew(entry);
  return { status: 200, body: envelope({ auth: authOf(entry) }) };
}

function readSecret(state: VaultState, { mount }: VaultSetup, { path, query }: VaultRequest): VaultAnswer {
  const versions = state.secrets.get(path.slice(`${mount}/data/`.length));
  const wanted = Number(query.get('version') ?? 0) || (versions?.length ?? 0);
  const found = versions?.[wanted - 1];
  if (found === undefined) return errors(404);
  const gone = found.destroyed || found.deletedAt !== undefined;
  const metadata = {
    created_time: found.createdAt.toISOString(),
    custom_metadata: null,
    deletion_time: found.deletedAt?.toISOString() ?? '',
    destroyed: found.destroyed,
    version: wanted,
  };
  return { status: gone ? 404 : 200, body: envelope({ data: { data: gone ? null : found.data, metadata } }) };
}
