import { Ajv2020 } from 'ajv/dist/2020.js';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Answer, type Method, startTestHub, type TestHub } from '../../test/hub.ts';
import { startTestDatabase } from '../../test/postgres.ts';
import { openVault } from '../database/index.ts';
import { createCookies, createCredentials, createSessions } from '../features/access/index.ts';
import { Secret } from '../kit/secret.ts';
import { buildServer } from './index.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

const isProblem = ({ status, headers, body }: Answer) => {
  expect(headers['content-type']).toContain('application/problem+json');
  expect(body).toMatchObject({
    type: `urn:tieline:error:${body.code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    hint: expect.any(String),
  });
};

describe('what is not there', () => {
  it.each<[Method, string]>([
    ['GET', '/nothing'],
    ['GET', '/api/v1/nothing'],
    ['PUT', '/api/v1/builds'],
    ['DELETE', '/healthz'],
    ['GET', '/docsecrets'],
  ])('%s %s is answered with a problem', async (method, path) => {
    const answer = await hub.call(method, `${path}?x=1`);
    expect(answer).toMatchObject({ status: 404, body: { code: 'route-not-found' } });
    expect(answer.body.detail).toBe(`There is no ${method} ${path}`);
    isProblem(answer);
  });
});

describe('an address that is wrong', () => {
  it.each([
    ['/api/v1/deliveries/%zz', 400],
    ['/api/v1/deliveries/7', 400],
    ['/api/v1/deliveries?limit=0', 400],
    ['/api/v1/deliveries?limit=ten', 400],
    ['/api/v1/deliveries?limit=201', 400],
    ['/api/v1/deliveries?cursor=x', 400],
    ['/api/v1/deliveries?colour=red', 400],
    ['/api/v1/deliveries?state=lost', 400],
    ['/api/v1/deliveries?issue=%00', 400],
    ['/api/v1/connections/%00', 400],
    ['/api/v1/deliveries/0190b7a6-0000-7000-8000-000000000001?wait=61', 400],
    ['/api/v1/deliveries/0190b7a6-0000-7000-8000-000000000001?wait=-1', 400],
    [`/api/v1/connections/${'x'.repeat(299)}`, 404],
    [`/api/v1/connections/${'x'.repeat(400)}`, 400],
  ])('%s is answered with a problem', async (path, status) => {
    const answer = await hub.call('GET', path);
    expect(answer.status).toBe(status);
    isProblem(answer);
  });
});

describe('the description of the API', () => {
  interface Operation {
    operationId?: string;
    summary?: string;
    parameters?: { name: string; in: string }[];
    responses: Record<string, { content?: Record<string, object> }>;
  }
  const describeApi = async (): Promise<[string, string, Operation][]> => {
    const { body } = await hub.call('GET', '/openapi.json', undefined, null);
    const paths: [string, Record<string, Operation>][] = Object.entries(body.paths);
    return paths.flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, string, Operation] => [
        path,
        method.toUpperCase(),
        operation,
      ]),
    );
  };

  it('is OpenAPI 3.1, open to all, and every schema in it is a schema', async () => {
    const answer = await hub.call('GET', '/openapi.json', undefined, null);
    expect(answer).toMatchObject({ status: 200, body: { openapi: '3.1.0', info: { title: 'Tieline' } } });
    const ajv = new Ajv2020({ strict: false, formats: { uuid: true, uri: true, 'date-time': true } });
    const schemas: unknown[] = [];
    const collect = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [name, member] of Object.entries(value)) {
        if (name === 'schema') schemas.push(member);
        collect(member);
      }
    };
    collect(answer.body.paths);
    expect(schemas.length).toBeGreaterThan(30);
    for (const schema of schemas) expect(ajv.validateSchema(Object(schema))).toBe(true);
  });

  it('has a page', async () => {
    const answer = await hub.call('GET', '/docs/', undefined, null);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('<html');
  });

  it('says of each address what it is, what may come, and that errors are problems', async () => {
    const operations = await describeApi();
    expect(operations.length).toBeGreaterThan(20);
    for (const [path, method, { summary, parameters = [], responses }] of operations) {
      expect([path, method, summary]).toEqual([path, method, expect.any(String)]);
      expect([path, Object.keys(responses.default?.content ?? {})]).toEqual([
        path,
        ['application/problem+json'],
      ]);
      expect([
        path,
        Object.keys(responses).some((status) => /^2/.test(status)) || path === '/metrics',
      ]).toEqual([path, true]);
      const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
      expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
    }
  });

  it('lists nothing but /healthz and /readyz that answers without a token, and each refusal is a problem', async () => {
    const open: string[] = [];
    for (const [path, method] of await describeApi()) {
      const address = path.replace(/\{\w+\}/g, '0190b7a6-0000-7000-8000-000000000001');
      const answer = await hub.call(method as Method, address, undefined, null);
      if (answer.status < 400) open.push(path);
      else {
        // Signed webhooks carry no token; to who does not know an address of theirs it is not there.
        expect([path, answer.status]).toEqual([path, path.startsWith('/hooks/') ? 404 : 401]);
        isProblem(answer);
      }
    }
    expect(open.toSorted()).toEqual(['/healthz', '/readyz']);
  });
});

describe('figures and health', () => {
  it('are there', async () => {
    expect(await hub.call('GET', '/healthz', undefined, null)).toMatchObject({
      status: 200,
      body: { status: 'ok', version: '0.0.0-test' },
    });
    expect((await hub.call('GET', '/readyz', undefined, null)).status).toBe(200);
    expect((await hub.call('GET', '/metrics')).text).toContain('process_cpu_seconds_total');
  });
});

/** A server with routes of the test's own. */
async function startServer(routes: FastifyPluginAsyncZod) {
  const test = await startTestDatabase();
  const { database } = test;
  const masterKey = new Secret(Buffer.alloc(32, 7).toString('base64'));
  const vault = await openVault({ database, masterKey });
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
  const now = () => new Date();
  const guards = {
    credentials: createCredentials(database, now),
    sessions: createSessions({ database, cookies: createCookies(undefined), publicUrl: undefined, now }),
  };
  const app = await buildServer({ version: '1', database, vault, ...guards, routes: [routes], log }).catch(
    async (error: unknown) => {
      await test.close();
      throw error;
    },
  );
  return { app, database, lines, test };
}

it('a route that does not say who may call it is refused when the server is built', async () => {
  const built = startServer(async (app) => {
    app.get('/api/v1/open-by-mistake', async () => 'x');
  });
  await expect(built).rejects.toThrow('/api/v1/open-by-mistake does not say who may call it');
  const nearlyDocs = startServer(async (app) => {
    app.get('/docs-of-mine', async () => 'x');
  });
  await expect(nearlyDocs).rejects.toThrow('/docs-of-mine does not say who may call it');
});

describe('when something breaks', () => {
  it('inside, the caller gets a number and the log the cause', async () => {
    const { app, lines, test } = await startServer(async (own) => {
      own.get('/break', { config: { access: { public: true } } }, async () => {
        throw new Error('the cause of it');
      });
      own.get(
        '/lie',
        { config: { access: { public: true } }, schema: { response: { 200: z.object({ a: z.string() }) } } },
        async () => JSON.parse('{"a":7}'),
      );
    });
    for (const url of ['/break', '/lie']) {
      const answer = await app.inject({ method: 'GET', url });
      expect(answer.statusCode).toBe(500);
      expect(answer.json()).toMatchObject({
        code: 'internal-error',
        detail: expect.stringMatching(/^Request \S+ failed inside the hub$/),
      });
      expect(answer.body).not.toContain('the cause of it');
    }
    expect(lines.join('')).toContain('the cause of it');
    await app.close();
    await test.close();
  });

  it('with the database, every answer says so, and the process still lives', async () => {
    const { app, database, test } = await startServer(async () => undefined);
    await database.pool.query('select 1');
    const pool = Object.assign(database.pool, {
      connect: () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
    });
    expect(pool).toBe(database.pool);
    const headers = { authorization: `Bearer ${hub.token}` };
    for (const url of ['/readyz', '/metrics']) {
      const answer = await app.inject({ method: 'GET', url, headers });
      expect(answer.statusCode).toBe(503);
      expect(answer.json()).toMatchObject({ code: 'database-unreachable' });
    }
    expect((await app.inject({ method: 'GET', url: '/healthz' })).statusCode).toBe(200);
    await app.close();
    await test.close();
  });
});
