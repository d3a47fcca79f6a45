import { randomBytes } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { assembleHub } from '../src/compose/assemble.ts';
import { createHttpStores, type Database, openVault } from '../src/database/index.ts';
import { makeFirstToken, type SignInSettings } from '../src/features/access/index.ts';
import type { MachineSecretRules } from '../src/features/secrets/index.ts';
import { createHttp } from '../src/http/index.ts';
import type { AnyConnector } from '../src/kit/connector.ts';
import { Secret } from '../src/kit/secret.ts';
import { type JiraSimulator, startJiraSimulator } from '../src/simulators/jira/index.ts';
import { startTestDatabase } from './postgres.ts';

/** An answer of the API. `body` is the parsed JSON, or undefined when there is none. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: a test says of each answer what it expects
  body: any;
  text: string;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** What a connect key of a test may report; all of it, when a rule is absent. */
export interface KeyRules {
  projects?: string[];
  kinds?: string[];
  environments?: string[];
  expiresAt?: string;
}

/** A whole hub on a database of its own, spoken to without a port. */
export interface TestHub {
  database: Database;
  /** The first administrator's. */
  token: string;
  /** Lines of the log, as text. */
  log: string[];
  /** Calls the API, as the administrator unless another token, or null for none, is given. */
  call(
    method: Method,
    path: string,
    body?: unknown,
    token?: string | null,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** Sends a body as it is. */
  send(path: string, payload: string, contentType: string | undefined, token: string): Promise<Answer>;
  /** The text of an API token of a role in a scope. */
  makeToken(role: string, scope?: string): Promise<string>;
  /** The settings of a connection to the simulated Jira, its secrets stored in the account. */
  jiraSettings(): Promise<Record<string, unknown>>;
  /** A connection to the simulated Jira. */
  connectJira(scope?: string): Promise<{ id: string }>;
  makeKey(connection: string, rules?: KeyRules): Promise<string>;
  /** Lets it listen, at a free port unless one is given; gives its address. */
  serve(port?: number): Promise<string>;
  /** Every row of every table as text: what somebody with the database would read. */
  dump(): Promise<string>;
  /** Starts another replica on the same database, with no way in of its own. */
  startReplica(): Promise<{ stop(): Promise<void> }>;
  /** Stops the hub as `tieline serve` does; the database stays. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** A hub with a simulated Jira beside it. */
export type TestHubWithJira = TestHub & { simulator: JiraSimulator };

export interface TestHubOptions {
  now?(): Date;
  signIn?: SignInSettings;
  trustedProxies?: string[];
  /** What references to secrets may read of this machine. */
  machine?: MachineSecretRules;
  /** How many earlier values of a secret are kept. */
  keptVersions?: number;
  /** Besides those of the product. */
  moreConnectors?: AnyConnector[];
}

/** Starts a hub as `tieline serve` joins it, on a database of the test run's PostgreSQL. */
export async function startTestHub(options: TestHubOptions = {}): Promise<TestHub> {
  const { hub } = await start(options);
  return hub;
}

/** Starts a hub and a simulated Jira Cloud. */
export async function startTestHubWithJira(options: TestHubOptions = {}): Promise<TestHubWithJira> {
  const simulator = await startJiraSimulator({ edition: 'cloud' });
  const { hub } = await start(options, simulator);
  return {
    ...hub,
    simulator,
    async close() {
      await hub.close();
      await simulator.close();
    },
  };
}

async function start({ now = () => new Date(), ...rest }: TestHubOptions, simulator?: JiraSimulator) {
  const lines: string[] = [];
  const log = pino(
    { level: 'debug' },
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const test = await startTestDatabase({ log });
  const { database } = test;
  const masterKey = new Secret(randomBytes(32).toString('base64'));
  const vault = await openVault({ database, masterKey });
  const stores = createHttpStores({ database, vault, now });
  const http = createHttp({ ...stores, log, now });
  const foundation = {
    version: '0.0.0-test',
    database,
    vault,
    http,
    grants: stores.grants,
    ...rest,
    log,
    now,
    pace: { firstWaitMs: 20, longestWaitMs: 100, spreadMs: 10, lookEveryMs: 50 },
  };
  const { app, stop } = await assembleHub(foundation);
  const replicas: { stop(): Promise<void> }[] = [];
  const token = (await makeFirstToken(database)) ?? '';

  const call: TestHub['call'] = async (method, path, body, caller = token, headers = {}) =>
    answerOf(
      await app.inject({
        method,
        url: path,
        headers: {
          ...(caller === null ? {} : { authorization: `Bearer ${caller}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
      }),
    );
  const made = async (path: string, body: object): Promise<Answer['body']> => {
    const answer = await call('POST', path, body);
    if (answer.status !== 201) throw new Error(`${path}: ${answer.text}`);
    return answer.body;
  };
  const secretNames = new Set<string>();
  const putSecret = async (name: string, value: string) => {
    if (secretNames.has(name)) return;
    secretNames.add(name);
    await made('/api/v1/secrets', { name, value });
  };
  const jiraSettings = async () => {
    const [account] = simulator?.accounts ?? [];
    const [client] = simulator?.clients ?? [];
    if (simulator === undefined || account === undefined || client === undefined) {
      throw new Error('this hub was started without Jira');
    }
    await putSecret('jira-token', account.apiToken);
    await putSecret('jira-client-secret', client.clientSecret);
    return {
      baseUrl: simulator.siteUrl,
      gatewayUrl: simulator.gatewayUrl,
      platform: { type: 'api-token', email: account.email, token: { secret: 'account.jira-token' } },
      devops: { clientId: client.clientId, clientSecret: { secret: 'account.jira-client-secret' } },
      allowAddresses: ['127.0.0.1/32'],
    };
  };
  let count = 0;
  let stopping: Promise<void> | undefined;
  const stopOnce = () => {
    stopping ??= stop();
    return stopping;
  };

  const hub: TestHub = {
    database,
    token,
    log: lines,
    call,
    jiraSettings,
    async send(path, payload, contentType, caller) {
      const headers = {
        authorization: `Bearer ${caller}`,
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
      };
      return answerOf(await app.inject({ method: 'POST', url: path, headers, payload }));
    },
    makeToken: async (role, scope = 'account') =>
      (await made('/api/v1/tokens', { name: `${role} of ${scope}`, role, scope })).token,
    connectJira: async (scope = 'account') =>
      made('/api/v1/connections', {
        scope,
        name: `jira-${++count}`,
        connector: 'jira',
        settings: await jiraSettings(),
      }),
    makeKey: async (connection, rules = {}) =>
      (await made('/api/v1/connect-keys', { connection, name: `key-${++count}`, ...rules })).key,
    serve: (port = 0) => app.listen({ host: '127.0.0.1', port }),
    async dump() {
      const { rows } = await database.pool.query<{ xml: string }>(
        "select schema_to_xml('public', true, false, '')::text as xml",
      );
      return rows.map(({ xml }) => xml).join('');
    },
    async startReplica() {
      const started = await assembleHub(foundation);
      let ending: Promise<void> | undefined;
      const replica = {
        stop() {
          ending ??= started.stop();
          return ending;
        },
      };
      replicas.push(replica);
      return replica;
    },
    stop: stopOnce,
    async close() {
      await stopOnce();
      for (const replica of replicas) await replica.stop();
      await http.close();
      await test.close();
    },
  };
  return { hub };
}

function answerOf(answer: { statusCode: number; headers: Record<string, unknown>; body: string }): Answer {
  const { statusCode, headers, body } = answer;
  const isJson = /[/+]json\b/.test(String(headers['content-type'])) && body !== '';
  return { status: statusCode, headers, body: isJson ? JSON.parse(body) : undefined, text: body };
}
