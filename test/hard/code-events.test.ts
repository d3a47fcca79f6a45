import { createHmac, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  type HarnessCodeSimulator,
  startHarnessCodeSimulator,
} from '../../src/simulators/harness-code/index.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { createHubProcesses } from '../process.ts';
import { type Caller, call, connectToJira, listDeliveries, type Taken, waitForEnd } from './pipeline.ts';
import { startReplica } from './replica.ts';

const repository = 'acme/shop/web/storefront';
const patienceSeconds = 30;
const runs = Number(process.env.TIELINE_PROPERTY_RUNS ?? 4);
const seed = Number(process.env.TIELINE_PROPERTY_SEED ?? randomInt(2 ** 31));

const processes = createHubProcesses();
let jira: JiraSimulator;
let host: HarnessCodeSimulator;
let database: TestDatabase;
/** Takes every webhook of the host, so that the test decides when and where it arrives. */
let letterBox: Server;
const letters: Buffer[] = [];
let environment: Record<string, string>;
let token: string;
let door: Door;

beforeAll(async () => {
  letterBox = createServer(async (request, response) => {
    letters.push(await buffer(request));
    response.end();
  }).listen(0, '127.0.0.1');
  await once(letterBox, 'listening');
  const address = letterBox.address();
  if (address === null || typeof address === 'string') throw new TypeError('a server without a port');
  [jira, host, database] = await Promise.all([
    startJiraSimulator({ edition: 'cloud' }),
    startHarnessCodeSimulator(),
    startTestDatabase({ empty: true }),
  ]);
  environment = {
    DATABASE_URL: database.url,
    TIELINE_MASTER_KEY: Buffer.alloc(32, 7).toString('base64'),
    TIELINE_HOME: await processes.newFolder(),
    TIELINE_PUBLIC_URL: `http://127.0.0.1:${address.port}`,
  };
  const hub = processes.startHub(environment);
  const { url, firstToken } = await hub.ready;
  token = firstToken ?? '';
  door = await linkHost({ url, token });
  await hub.end('SIGTERM');
});
afterAll(async () => {
  await processes.cleanUp();
  await Promise.all([jira.close(), host.close(), database.close()]);
  await new Promise((resolve) => letterBox.close(resolve));
});

/** Where a link's webhooks go on any hub, and what they are signed with. */
interface Door {
  path: string;
  secret: string;
}

async function linkHost(hub: Caller): Promise<Door> {
  const { connectionId } = await connectToJira(hub, jira, 'jira');
  await call(hub, 'POST', '/api/v1/secrets', { name: 'code', value: host.accounts[0]?.token });
  await call(hub, 'POST', '/api/v1/connections', {
    name: 'code',
    connector: 'harness-code',
    settings: {
      baseUrl: host.url,
      product: 'gitness',
      token: { secret: 'account.code' },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  const { id } = await call<{ id: string }>(hub, 'POST', '/api/v1/links', {
    name: 'shop',
    hostConnection: 'account.code',
    jiraConnection: connectionId,
    level: 'project',
    paths: ['acme/shop/web'],
    backfill: null,
  });
  const { url, secret } = await call<{ url: string; secret: string }>(
    hub,
    'GET',
    `/api/v1/links/${id}/webhook-secret`,
  );
  return { path: new URL(url).pathname, secret };
}

/** Delivers a webhook; undefined when the connection broke before there was an answer. */
async function deliver(hubUrl: string, letter: Buffer): Promise<Taken | undefined> {
  const { path, secret } = door;
  try {
    const answer = await fetch(hubUrl + path, {
      method: 'POST',
      headers: { 'x-gitness-signature': createHmac('sha256', secret).update(letter).digest('hex') },
      body: new Blob([letter]),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as Taken;
  } catch (error) {
    // fetch throws a TypeError for a network failure and for nothing else that could happen here.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

async function everythingEnded(hub: Caller): Promise<void> {
  await vi.waitFor(
    async () => {
      const open = (await listDeliveries(hub)).filter(({ final }) => !final);
      expect(open.map(({ summary, state, error }) => ({ summary, state, error }))).toEqual([]);
    },
    { timeout: patienceSeconds * 1000, interval: 50 },
  );
}

it('a webhook that leads to three tellings reaches Jira once, wherever the hub is killed', {
  timeout: 240_000,
}, async () => {
  const record = join(await processes.newFolder(), 'points');
  const first = processes.startHub({ ...environment, TIELINE_FAULT: `record:${record}` });
  const { url } = await first.ready;
  const commits = ['one', 'two'].map((name) => ({ message: `part ${name}`, files: { [name]: name } }));
  const shas = await host.people.push({ repository, branch: 'topic', commits });
  const number = await host.people.openPullRequest({ repository, title: 'round', source: 'topic' });

  let round = 0;
  /** The pull request moves on to another issue, and its commits with it. */
  const moveOn = async () => {
    round += 1;
    const issue = `MYT-${(round % 2) + 1}`;
    await host.people.editPullRequest({ repository, number, title: `${issue} round ${round}` });
    await host.delivered();
    const letter = letters.at(-1);
    if (letter === undefined) throw new TypeError('the host sent nothing');
    return { issue, title: `${issue} round ${round}`, letter, seen: jira.state.effects.length };
  };
  const toldOf = ({ issue, seen }: Awaited<ReturnType<typeof moveOn>>) => {
    const effects = jira.state.effects.slice(seen);
    const [shown] = jira.state.development(issue);
    // Jira takes development information of the same sequence once more: it is the same state.
    const states = new Set(
      effects
        .filter(({ outcome }) => outcome === 'stored')
        .map(({ kind, key, sequence }) => `${kind} ${key} ${sequence}`),
    );
    return {
      stored: [...states].map((state) => state.split(' ')[0]).sort(),
      rejected: effects.filter(({ outcome }) => outcome === 'rejected'),
      titles: shown?.pullRequests.map(({ title }) => title),
      commits: shown?.commits.map(({ id }) => id).sort(),
      others: jira.state.development().flatMap((one) => one.commits).length,
    };
  };
  const expected = (title: string) => ({
    stored: ['commit', 'commit', 'pullRequest'],
    rejected: [],
    titles: [title],
    commits: shas.toSorted(),
    others: 2,
  });

  await writeFile(record, '');
  const plain = await moveOn();
  const taken = await deliver(url, plain.letter);
  await waitForEnd({ url, token }, taken?.delivery ?? '', patienceSeconds);
  await everythingEnded({ url, token });
  expect(toldOf(plain)).toEqual(expected(plain.title));
  await first.end('SIGTERM');

  const passed = [...new Set((await readFile(record, 'utf8')).trim().split('\n'))];
  // What lies between two statements of a transaction is all the same to the database.
  const telling = /^(accept|settle)#1:|^code-event#commit:|\/bulk:|pullreq\/\d+:after/;
  const points = passed.filter((point) => telling.test(point));
  expect(points).toEqual(
    expect.arrayContaining(['accept#1:after', 'code-event#commit:before', 'code-event#commit:after']),
  );
  expect(points.some((point) => point.includes('/devinfo/'))).toBe(true);

  for (const point of points) {
    const doomed = processes.startHub({ ...environment, TIELINE_FAULT: `kill:${point}` });
    // What the hub does of its own accord may pass the point before it takes requests.
    const doomedUrl = await doomed.ready.then(
      (ready) => ready.url,
      () => undefined,
    );
    const edit = await moveOn();
    const early = doomedUrl === undefined ? undefined : await deliver(doomedUrl, edit.letter);
    expect([point, (await doomed.ended).signal]).toEqual([point, 'SIGKILL']);

    const again = processes.startHub(environment);
    const hub = { url: (await again.ready).url, token };
    const accepted = early ?? (await deliver(hub.url, edit.letter));
    const { state } = await waitForEnd(hub, accepted?.delivery ?? '', patienceSeconds);
    await everythingEnded(hub);
    expect([point, state === 'delivered' || state === 'skipped']).toEqual([point, true]);
    expect({ point, ...toldOf(edit) }).toEqual({ point, ...expected(edit.title) });
    await again.end('SIGTERM');
  }
});

it('two hubs of which one is killed amid a burst of pushes show what the host holds', {
  timeout: 120_000,
}, async () => {
  const [doomed, other] = [processes.startHub(environment), processes.startHub(environment)];
  const urls = [(await doomed.ready).url, (await other.ready).url];
  const hub: Caller = { url: urls[1] ?? '', token };
  const path = 'acme/shop/web/burst';
  await host.people.createRepository({ path });
  await host.people.commit({ repository: path, branch: 'main', message: 'begin', files: { a: 'a' } });
  const branches = [1, 2, 3, 4].map((number) => `MYT-${number}-burst`);
  letters.length = 0;
  const commits: string[] = [];
  for (let push = 0; push < 10; push += 1) {
    for (const branch of branches) {
      const message = `MYT-5 ${branch} ${push}`;
      const files = { [branch]: message };
      commits.push(await host.people.commit({ repository: path, branch, message, files }));
    }
  }
  await host.delivered();

  // Whoever calls the hub that is gone is sent to the other, as by what balances the load between them.
  const answers = letters.map(async (letter, index) => {
    const taken = await deliver(urls[index % 2] ?? '', letter);
    if (index === Math.floor(letters.length / 3)) doomed.signal('SIGKILL');
    return taken ?? (await deliver(hub.url, letter));
  });
  expect(await Promise.all(answers)).not.toContain(undefined);
  expect((await doomed.ended).signal).toBe('SIGKILL');
  await everythingEnded(hub);

  const [shown] = jira.state.development().filter((one) => one.repository.name === path);
  expect(shown?.branches.map(({ name }) => name).toSorted()).toEqual(branches);
  const heads = commits.slice(-branches.length).toSorted();
  expect(shown?.branches.map(({ lastCommit }) => lastCommit.id).toSorted()).toEqual(heads);
  expect(shown?.commits.map(({ id }) => id).toSorted()).toEqual(commits.toSorted());
  await other.end('SIGTERM');
});

/** What somebody does at the host; `at` says on which of a few branches. */
type Deed = { does: 'push' | 'open' | 'retitle' | 'close' | 'delete'; at: number; issue: number };

const story = fc.record({
  deeds: fc.array(
    fc.record({
      does: fc.constantFrom<Deed['does'][]>('push', 'push', 'open', 'open', 'retitle', 'close', 'delete'),
      at: fc.integer({ min: 0, max: 2 }),
      issue: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 4, maxLength: 12 },
  ),
  order: fc.infiniteStream(fc.nat()),
  troubles: fc.array(
    fc.record({
      match: fc.constant({ path: '/devinfo/' }),
      after: fc.integer({ min: 0, max: 3 }),
      times: fc.integer({ min: 1, max: 3 }),
      answer: fc.constantFrom<['drop-connection', 'apply-then-drop', { status: number }]>(
        'drop-connection',
        'apply-then-drop',
        { status: 503 },
      ),
    }),
    { maxLength: 3 },
  ),
});

const keyed = (issue: number, text: string) => (issue === 0 ? text : `MYT-${issue} ${text}`);
const keysIn = (text: string) => text.match(/MYT-\d/g) ?? [];
const unique = (keys: string[]) => [...new Set(keys)].toSorted();

it('two hubs that get every webhook in any order, some twice, with answers of Jira lost, show what the host holds', {
  timeout: 240_000,
}, async () => {
  const replicas = [await startReplica(database.url), await startReplica(database.url)];
  const urls = replicas.map(({ url }) => url);
  const hub: Caller = { url: urls[0] ?? '', token };
  let tale = 0;

  await fc.assert(
    fc.asyncProperty(story, async ({ deeds, order, troubles }) => {
      tale += 1;
      const path = `acme/shop/web/tale-${tale}`;
      const { people } = host;
      await people.createRepository({ path });
      await people.commit({ repository: path, branch: 'main', message: 'begin', files: { 'a.txt': 'a' } });
      const branches = new Set<string>();
      const pulls = new Map<number, { title: string; source: string; status: string }>();
      const openOf = (source: string) =>
        [...pulls].find(([, pull]) => pull.source === source && pull.status === 'OPEN')?.[0];
      letters.length = 0;
      for (const [index, { does, at, issue }] of deeds.entries()) {
        const name = ['MYT-1-login', 'topic', 'fix/MYT-2'][at] ?? 'topic';
        const open = openOf(name);
        const pull = open === undefined ? undefined : pulls.get(open);
        if (does === 'push') {
          const message = keyed(issue, `deed ${index}`);
          await people.commit({ repository: path, branch: name, message, files: { [name]: `${index}` } });
          branches.add(name);
        } else if (does === 'open' && branches.has(name) && open === undefined) {
          const title = keyed(issue, `pull ${index}`);
          const number = await people.openPullRequest({ repository: path, title, source: name });
          pulls.set(number, { title, source: name, status: 'OPEN' });
        } else if (does === 'retitle' && open !== undefined && pull !== undefined) {
          pull.title = keyed(issue, `pull ${index}`);
          await people.editPullRequest({ repository: path, number: open, title: pull.title });
        } else if (does === 'close' && open !== undefined && pull !== undefined) {
          await people.close({ repository: path, number: open });
          pull.status = 'DECLINED';
        } else if (does === 'delete' && branches.has(name)) {
          await people.deleteBranch({ repository: path, name });
          branches.delete(name);
          if (pull !== undefined) pull.status = 'DECLINED';
        }
      }
      await host.delivered();

      for (const fault of troubles) jira.faults.add(fault);
      const rank = order[Symbol.iterator]();
      const next = () => rank.next().value ?? 0;
      const posts = letters
        .flatMap((letter) => (next() % 3 === 0 ? [letter, letter] : [letter]))
        .map((letter) => ({ letter, rank: next(), to: urls[next() % 2] ?? '' }))
        .sort((one, other) => one.rank - other.rank);
      await Promise.all(posts.map(({ to, letter }) => deliver(to, letter)));
      await everythingEnded(hub);
      jira.faults.clear();

      const [shown] = jira.state.development().filter((one) => one.repository.name === path);
      const lent = (source: string) =>
        [...pulls.values()].filter((pull) => pull.source === source).flatMap(keysOfPull);
      const expected = [
        ...[...branches].map((name) => [name, unique([...keysIn(name), ...lent(name)])]),
        ...[...pulls.values()].map((pull) => [`${pull.status} ${pull.title}`, unique(keysOfPull(pull))]),
      ].filter(([, keys]) => keys?.length !== 0);
      const told = [
        ...(shown?.branches ?? []).map(({ name, issueKeys }) => [name, unique(issueKeys ?? [])]),
        ...(shown?.pullRequests ?? []).map((one) => [
          `${one.status} ${one.title}`,
          unique(one.issueKeys ?? []),
        ]),
      ];
      expect(told.toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: runs, seed, endOnFailure: true },
  );
  await Promise.all(replicas.map((replica) => replica.stop()));
});

const keysOfPull = ({ title, source }: { title: string; source: string }) => [
  ...keysIn(title),
  ...keysIn(source),
];
