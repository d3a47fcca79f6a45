import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../../src/http/index.ts';
import type { CodeHost, Hook, Touched } from '../../src/kit/code-host.ts';
import type { Connection, Connector, Egress } from '../../src/kit/connector.ts';
import type { DevInfo, RepositoryInfo } from '../../src/kit/dev-info.ts';
import { asTielineError, TielineError } from '../../src/kit/errors.ts';
import { Secret } from '../../src/kit/secret.ts';
import { openSettings } from '../../src/kit/settings.ts';

/** A webhook as the host sends it. */
export interface Delivery {
  /** What happened, in words. */
  name: string;
  headers: Record<string, string>;
  json: unknown;
  /** What it touches, as far as it matters; nothing for an event of no interest. */
  touched: object[];
}

/** What the host answers to a path with its query, by method; a function answers page by page, or by what was sent. */
export type Answers = Record<string, unknown | ((query: URLSearchParams, sent: unknown) => Reply)>;

interface Reply {
  status?: number;
  headers?: Record<string, string>;
  json?: unknown;
}

/** Something to complete by REST. */
export interface Loading {
  name: string;
  touched: Touched;
  trust?: boolean;
  /** `GET /path` to the JSON that the host answers. What is not there is 404. */
  answers: Answers;
  /** What comes of it, as far as it matters. */
  info: object;
  /** What is not there any more when the host answers 404 to everything. */
  gone?: DevInfo['gone'][number];
}

/** The pull request of the loadings when its branch is in a fork, which may be gone. */
export type Fork = Pick<Loading, 'name' | 'answers'>;

/** What the host answers to a branch that it does not make. */
export interface RefusedBranches {
  repository: RepositoryInfo;
  /** To a branch `taken` from `main`. */
  taken: Answers;
  /** To a branch `new` from `gone`, which is not there. */
  baseMissing: Answers;
}

/** Anything else that is asked of a host: a walk, a webhook to register, rights, a branch to make. */
export interface Conversation<S> {
  name: string;
  answers: Answers;
  talk(codeHost: CodeHost<S>, connection: Connection<S>): Promise<unknown>;
  /** What comes of it, or the error that it ends with, as far as it matters. */
  result: unknown;
  /** What it must have written at the host, in order: `POST /path` with the JSON, as far as it matters. */
  writes?: { to: string; json?: unknown }[];
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/**
 * What every code host must keep: each recorded webhook touches what it should; junk is refused by name; what is loaded
 * is whole; and each way in which a host can fail is the error that it is. Written for any host: a connector's own test
 * gives the deliveries and answers.
 */
export function checkCodeHost<S extends Egress>(options: {
  connector: Connector<S>;
  /** Settings of a connection to the host at an address; each secret's name is its clear text. */
  settings: (url: string) => unknown;
  deliveries: Delivery[];
  loadings: Loading[];
  forks: Fork[];
  refusedBranches: RefusedBranches;
  conversations?: Conversation<S>[];
}): void {
  const { connector, deliveries, loadings, forks, refusedBranches, conversations = [] } = options;
  const { codeHost } = connector;
  if (codeHost === undefined) throw new TypeError(`${connector.id} is no code host`);

  let answer: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const asked: string[] = [];
  let writes: { to: string; json?: unknown }[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  const http = createHttp({ tokens: memoryTokenStore(), budgets: memoryBudgetStore(), log: silent });
  let connection: Connection<S>;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const parsed = connector.settings.parse(options.settings(`http://127.0.0.1:${port}`));
    connection = {
      id: 'c1',
      name: 'host',
      scope: 'account',
      settings: await openSettings(parsed, async (name) => new Secret(name)),
      aim: (target) =>
        http.aim({
          ...target,
          // A name of its own for each test: what a rate limit says must not reach the next one.
          name: `c1-${asked.length}`,
          allowAddresses: ['127.0.0.1/32'],
          limits: { headersTimeoutMs: 300, bodyTimeoutMs: 300 },
        }),
      log: silent,
      now: () => new Date(),
    };
  });
  afterAll(async () => {
    await http.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const serve = (answers: Answers) => {
    writes = [];
    answer = async (request, response) => {
      const url = new URL(request.url ?? '', 'http://host');
      const to = `${request.method} ${url.pathname}`;
      const body = await text(request);
      const sent: unknown = body === '' ? undefined : JSON.parse(body);
      if (request.method !== 'GET') writes.push({ to, ...(sent === undefined ? {} : { json: sent }) });
      const found = answers[to];
      const reply: Reply = typeof found === 'function' ? found(url.searchParams, sent) : { json: found };
      const status = found === undefined ? 404 : (reply.status ?? 200);
      response.writeHead(status, { 'content-type': 'application/json', ...reply.headers });
      response.end(JSON.stringify(reply.json ?? {}));
    };
  };
  const hookOf = (headers: Record<string, string>, json: unknown): Hook => ({
    headers,
    json,
    body: Buffer.from(JSON.stringify(json)),
  });
  const loaded = ({ touched, trust = false }: Pick<Loading, 'touched' | 'trust'>) =>
    codeHost.load(connection, touched, { trust });

  describe('a webhook', () => {
    it.each(deliveries.map((delivery) => [delivery.name, delivery] as const))('%s', (_name, delivery) => {
      const hook = hookOf(delivery.headers, delivery.json);
      const touched = codeHost.parse(hook);
      expect(touched).toHaveLength(delivery.touched.length);
      expect(touched).toMatchObject(delivery.touched);
      expect(codeHost.parse(hook)).toEqual(touched);
      expect(codeHost.eventOf(hook)).not.toBe('');
    });

    it('of junk is refused by name, whatever it is', () => {
      const [sample] = deliveries;
      fc.assert(
        fc.property(fc.jsonValue(), fc.constantFrom(...deliveries), (json, { headers }) => {
          const hook = hookOf(headers, json);
          expect(() => codeHost.eventOf(hook)).not.toThrow();
          try {
            expect(codeHost.parse(hook)).toEqual([]);
          } catch (thrown) {
            expect(asTielineError(thrown).code).toBe('hook-invalid');
          }
        }),
        { numRuns: 200 },
      );
      expect(sample).toBeDefined();
    });

    it('with any one thing in it spoilt is understood or refused by name', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(...deliveries),
          fc.nat(),
          fc.constantFrom(null, 0, '', [], {}, 'x'.repeat(2_000), '\u0000\u202e‮😀/../'),
          ({ headers, json }, at, junk) => {
            try {
              codeHost.parse(hookOf(headers, spoil(json, at, junk)));
            } catch (thrown) {
              expect(asTielineError(thrown).code).toBe('hook-invalid');
            }
          },
        ),
        { numRuns: 300 },
      );
    });
  });

  describe('what a webhook touched', () => {
    it.each(loadings.map((loading) => [loading.name, loading] as const))('%s', async (_name, loading) => {
      serve(loading.answers);
      expect(await loaded(loading)).toMatchObject(loading.info);
    });

    const asking = loadings.filter(({ gone }) => gone !== undefined);
    it.each(asking.map((loading) => [loading.name, loading] as const))(
      '%s: is gone when the host does not know it any more',
      async (_name, loading) => {
        serve({});
        const info = await loaded({ ...loading, trust: false });
        expect(info.gone).toMatchObject([loading.gone]);
      },
    );

    it.each(forks.map((fork) => [fork.name, fork] as const))(
      '%s: its branch is none of the repository that it asks to take it',
      async (_name, { answers }) => {
        const pullRequest = loadings.find(({ touched }) => touched.kind === 'pull-request');
        if (pullRequest === undefined) throw new TypeError('no pull request is loaded');
        serve(answers);
        const { repository, branches, pullRequests } = await loaded({ touched: pullRequest.touched });
        expect(branches).toEqual([]);
        expect(pullRequests).toHaveLength(1);
        for (const { source } of pullRequests) {
          expect(source.repositoryId).not.toBe(repository.id);
          expect(source.url?.startsWith(`${repository.url}/`) ?? false).toBe(false);
        }
      },
    );

    it('is a repository that is gone: the status of the error says so', async () => {
      const [repository] = loadings.map(({ touched }) => touched.repository);
      if (repository === undefined) throw new TypeError('nothing is loaded');
      serve({});
      await expect(
        loaded({ touched: { kind: 'repository', repository, change: 'renamed' } }),
      ).rejects.toMatchObject({
        code: 'status-unexpected',
        details: { status: 404 },
      });
    });

    it.each<[string, (response: ServerResponse) => void, object]>([
      ['refuses the token', (response) => response.writeHead(401).end('{}'), { code: 'remote-unauthorized' }],
      ['forbids it', (response) => response.writeHead(403).end('{}'), { code: 'remote-forbidden' }],
      [
        'limits the rate',
        (response) => response.writeHead(429, { 'retry-after': '30' }).end('{}'),
        { code: 'rate-limited', retry: { after: expect.any(Date) } },
      ],
      ['fails', (response) => response.writeHead(503).end('{}'), { code: 'remote-failed', retry: 'soon' }],
      ['says nothing', () => undefined, { code: 'request-timed-out' }],
      ['hangs up', (response) => response.destroy(), { code: 'network-failed' }],
      [
        'answers with a web page',
        (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
        { code: 'answer-unexpected' },
      ],
      [
        'answers with something else',
        (response) => response.end('{"hello":"world"}'),
        { code: 'answer-unexpected' },
      ],
      [
        'sends us elsewhere',
        (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/login' }).end(),
        { code: 'redirect-refused' },
      ],
    ])('is not known when the host %s, and the error says why', async (_what, reply, error) => {
      const [loading] = asking;
      if (loading === undefined) throw new TypeError('no loading asks the host');
      answer = (_request, response) => reply(response);
      const thrown = await loaded({ ...loading, trust: false }).catch((reason: unknown) => reason);
      expect(thrown).toBeInstanceOf(TielineError);
      expect(thrown).toMatchObject(error);
    });
  });

  describe('a branch is not made', () => {
    const refused = (answers: Answers, wanted: { name: string; from: string }) => {
      serve(answers);
      return codeHost.createBranch(connection, refusedBranches.repository, wanted).catch(asTielineError);
    };
    const { name } = refusedBranches.repository;

    it('when its name is taken', async () => {
      expect(await refused(refusedBranches.taken, { name: 'taken', from: 'main' })).toMatchObject({
        code: 'name-taken',
        message: `There is a branch "taken" in ${name} already`,
      });
    });

    it('when what it is to begin from is not there', async () => {
      expect(await refused(refusedBranches.baseMissing, { name: 'new', from: 'gone' })).toMatchObject({
        code: 'resource-not-found',
        message: `There is no branch "gone" in ${name} to begin from`,
        hint: expect.stringContaining('to begin from'),
      });
    });
  });

  if (conversations.length === 0) return;
  describe('the host is asked', () => {
    it.each(conversations.map((one) => [one.name, one] as const))('%s', async (_name, conversation) => {
      serve(conversation.answers);
      const result = await conversation.talk(codeHost, connection).catch((thrown: unknown) => thrown);
      expect({ result }).toMatchObject({ result: conversation.result });
      if (conversation.writes !== undefined) expect(writes).toMatchObject(conversation.writes);
    });
  });
}

/** The value with the `at`th thing in it, counted over all of it, put another in its place. */
function spoil(value: unknown, at: number, junk: unknown): unknown {
  const size = (inner: unknown): number =>
    typeof inner === 'object' && inner !== null
      ? Object.values(inner).reduce((sum: number, member) => sum + size(member), 1)
      : 1;
  let left = at % size(value);
  const walk = (inner: unknown): unknown => {
    if (left === 0) {
      left -= 1;
      return junk;
    }
    left -= 1;
    if (Array.isArray(inner)) return inner.map(walk);
    if (typeof inner !== 'object' || inner === null) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, member]) => [key, walk(member)]));
  };
  return walk(value);
}
