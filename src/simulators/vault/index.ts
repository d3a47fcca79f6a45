import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerVault, type VaultAnswer, type VaultSetup } from './routes.ts';
import { createVaultState, type TokenWish } from './state.ts';

/** How a simulated Vault starts. */
export interface VaultSimulatorOptions {
  port?: number;
  /** Where the KV engine is enabled; `secret` when absent. */
  mount?: string;
  /** Requests must name it when it is given, and must not name any when it is not. */
  namespace?: string;
  appRole?: Partial<VaultSetup['appRole']>;
  now?: () => Date;
}

/** A running simulated HashiCorp Vault: KV version 2, AppRole, tokens, health. */
export interface VaultSimulator {
  url: string;
  /** A token that may do everything and never ends. */
  rootToken: string;
  appRole: { roleId: string; secretId: string };
  /** `METHOD /path` of every request, in order. */
  requests: string[];
  makeToken(wish?: TokenWish): string;
  revoke(token: string): void;
  /** Writes a new version of a secret; the path is without the mount. */
  write(path: string, data: Record<string, unknown>): void;
  /** Marks the newest version as deleted. */
  delete(path: string): void;
  /** Removes the data of the newest version for good. */
  destroy(path: string): void;
  seal(): void;
  unseal(): void;
  standBy(): void;
  /** Gives the role another secret id, so that the one before is refused. */
  rotateSecretId(): string;
  close(): Promise<void>;
}

/** As Vault's own limit, 32 MiB, only smaller. */
const mostBytes = 1024 * 1024;

/** Starts a Vault in memory, unsealed. It requires `X-Vault-Request`, as a Vault Agent may. */
export async function startVaultSimulator(options: VaultSimulatorOptions = {}): Promise<VaultSimulator> {
  const now = options.now ?? (() => new Date());
  const state = createVaultState(now);
  const setup: VaultSetup = {
    version: '1.19.5',
    mount: options.mount ?? 'secret',
    namespace: options.namespace,
    now,
    appRole: {
      mount: 'approle',
      roleId: 'db02de05-fa39-4855-059b-67221c5c2f63',
      secretId: '6a174c20-f6de-a53c-74d2-6018fcceff64',
      lifeSeconds: 1_200,
      ...options.appRole,
    },
  };
  const requests: string[] = [];

  const server = createServer(async (request, response) => {
    const answer = await read(request).catch((): VaultAnswer => badRequest);
    response.writeHead(answer.status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(answer.body === undefined ? '' : JSON.stringify(answer.body));
  });
  const read = async (request: IncomingMessage): Promise<VaultAnswer> => {
    const method = request.method ?? 'GET';
    const url = new URL(request.url ?? '/', 'http://vault');
    requests.push(`${method} ${url.pathname}`);
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) {
      text += chunk;
      if (text.length > mostBytes) return { status: 413, body: { errors: ['request body too large'] } };
    }
    if (!url.pathname.startsWith('/v1/')) return { status: 404, body: { errors: [] } };
    if (request.headers['x-vault-request'] !== 'true') {
      return { status: 412, body: { errors: ["missing 'X-Vault-Request' header"] } };
    }
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return badRequest;
    const path = decodeURIComponent(url.pathname.slice('/v1/'.length));
    return answerVault(state, setup, {
      method,
      path,
      query: url.searchParams,
      headers: request.headers,
      body: { ...body },
    });
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  const newest = (path: string) => {
    const version = state.secrets.get(path)?.at(-1);
    if (version === undefined) throw new RangeError(`there is no secret at ${path}`);
    return version;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    rootToken: state.makeToken({ displayName: 'root', policies: ['root'] }),
    appRole: setup.appRole,
    requests,
    makeToken: state.makeToken,
    revoke: state.revoke,
    write(path, data) {
      const versions = state.secrets.get(path) ?? [];
      versions.push({ data, createdAt: now(), deletedAt: undefined, destroyed: false });
      state.secrets.set(path, versions);
    },
    delete(path) {
      newest(path).deletedAt = now();
    },
    destroy(path) {
      newest(path).destroyed = true;
    },
    seal() {
      state.sealed = true;
    },
    unseal() {
      state.sealed = false;
    },
    standBy() {
      state.standby = true;
    },
    rotateSecretId() {
      setup.appRole.secretId = `${setup.appRole.secretId.slice(0, -4)}${String(requests.length).padStart(4, '0')}`;
      return setup.appRole.secretId;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const badRequest: VaultAnswer = { status: 400, body: { errors: ['failed to parse JSON input'] } };
