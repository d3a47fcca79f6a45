import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { harnessCodeHost } from '../../src/connectors/harness-code/code-host.ts';
import harnessCode from '../../src/connectors/harness-code/index.ts';
import { createHttp, memoryBudgetStore, memoryTokenStore } from '../../src/http/index.ts';
import type { HistoryPage } from '../../src/kit/code-host.ts';
import type { HttpRequest } from '../../src/kit/http.ts';
import { Secret } from '../../src/kit/secret.ts';
import {
  type HarnessCodeSimulator,
  startHarnessCodeSimulator,
} from '../../src/simulators/harness-code/index.ts';
import { silentLog } from '../postgres.ts';
import { harnessCodeContract } from './contract.ts';

const sent: { method: string; url: string; json: unknown }[] = [];
let host: HarnessCodeSimulator;
const http = createHttp({
  tokens: memoryTokenStore(),
  budgets: memoryBudgetStore(),
  log: silentLog,
  denyList: [],
});
beforeAll(async () => {
  host = await startHarnessCodeSimulator();
});
afterAll(async () => {
  await http.close();
  await host.close();
});

const openConnection = () => ({
  id: randomUUID(),
  name: 'code',
  scope: 'account',
  settings: {
    baseUrl: host.url,
    product: 'gitness' as const,
    token: new Secret(host.accounts[0]?.token ?? ''),
  },
  log: silentLog,
  now: () => new Date(),
  aim(target: Omit<Parameters<typeof http.aim>[0], 'name'>) {
    const aimed = http.aim({ ...target, name: 'code', allowAddresses: ['127.0.0.1/32'] });
    return {
      request(request: HttpRequest) {
        const { method, url, json } = request;
        // As text, as it goes out: a secret is one there.
        sent.push({ method, url, json: json === undefined ? json : JSON.parse(JSON.stringify(json)) });
        return aimed.request(request);
      },
    };
  },
});

it('every request of the connector is one that Harness Code has described', async () => {
  const connection = openConnection();
  const scope = 'acme/shop/web';
  const repository = `${scope}/storefront`;
  await host.people.createBranch({ repository, name: 'feature/MYT-1' });
  await host.people.commit({ repository, branch: 'feature/MYT-1', message: 'MYT-1', files: { a: '1' } });
  const number = await host.people.openPullRequest({
    repository,
    title: 'MYT-1',
    source: 'feature/MYT-1',
    reviewers: ['rene'],
  });

  const test = await harnessCode.test(connection, {});
  expect(test).toMatchObject({ outcome: 'passed', account: { name: 'Ada Admin' } });
  const rights = await harnessCodeHost.checkRights(connection, scope);
  expect(rights.map(({ state }) => state)).toEqual(['ok', 'ok']);
  const hook = { url: 'http://127.0.0.1:9/hooks/x', secret: new Secret('s') };
  const subscription = await harnessCodeHost.subscribe(connection, scope, hook);
  await harnessCodeHost.unsubscribe(connection, scope, subscription);
  const repositories = [];
  for await (const one of harnessCodeHost.repositories(connection, scope)) repositories.push(one);
  const info = repositories.find(({ name }) => name === repository);
  if (info === undefined) throw new Error(`${repository} is not listed`);
  const made = await harnessCodeHost.createBranch(connection, info, { name: 'MYT-2', from: 'main' });

  const branch = { kind: 'branch', repository: info, name: 'feature/MYT-1', gone: false } as const;
  const { branches } = await harnessCodeHost.load(connection, branch, { trust: false });
  const after = branches[0]?.head.sha ?? '';
  const push = { kind: 'push', repository: info, branch: branch.name, after, forced: false } as const;
  for (const touched of [
    { ...push, before: made.head.sha },
    push,
    { kind: 'pull-request', repository: info, number, gone: false } as const,
    { kind: 'repository', repository: info, change: 'renamed' } as const,
  ]) {
    await harnessCodeHost.load(connection, touched, { trust: false });
  }
  const since = new Date(Date.now() - 60_000);
  for (const of of ['branches', 'commits', 'pull-requests'] satisfies HistoryPage['of'][]) {
    for await (const page of harnessCodeHost.history(connection, info, of, { since })) {
      expect(page.of).toBe(of);
    }
  }

  expect(sent.length).toBeGreaterThan(15);
  const complaints = sent.flatMap(({ method, url, json }) =>
    [
      ...harnessCodeContract.validateRequest(method, url, json),
      ...harnessCodeContract.listUnknownParameters(method, url).map((name) => `no parameter ${name}`),
    ].map((complaint) => `${method} ${url}: ${complaint}`),
  );
  expect(complaints).toEqual([]);
});

it('a token that may not list what it is a member of is limited, not refused', async () => {
  host.faults.add({ match: { path: '/memberships' }, times: 1, answer: { status: 403 } });
  expect(await harnessCode.test(openConnection(), {})).toMatchObject({
    ok: true,
    outcome: 'limited',
    capabilities: [{ state: 'ok' }, { capability: 'scopes', state: 'missing', code: 'remote-forbidden' }],
  });
});
