import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { makeFirstToken } from '../../src/features/access/index.ts';
import type { DeliveryView } from '../../src/features/deliveries/index.ts';
import { type JiraSimulator, startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { startTestDatabase, type TestDatabase } from '../postgres.ts';
import { type Caller, call, connectToJira, type Taken } from './pipeline.ts';
import { type Replica, startReplica } from './replica.ts';
import { entities, keysOf, makeTrouble, type Post, type Story, story, winnersOf } from './stories.ts';

const runs = Number(process.env.TIELINE_PROPERTY_RUNS ?? 20);
const seed = Number(process.env.TIELINE_PROPERTY_SEED ?? randomInt(2 ** 31));

let database: TestDatabase;
let replicas: Replica[];
let hub: Caller;

beforeAll(async () => {
  database = await startTestDatabase();
  replicas = [await startReplica(database.url), await startReplica(database.url)];
  hub = { url: replicas[0]?.url ?? '', token: (await makeFirstToken(database.database)) ?? '' };
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await database.close();
});

/** A post on its way: its body, and what the hubs answered each time that it was posted. */
interface Posted {
  post: Post;
  path: string;
  body: { id: string; description: string };
  answers: Taken[];
}

function prepare(post: Post, index: number, beginMs: number): Posted {
  const { kind, name, number } = post.entity;
  const common = {
    id: crypto.randomUUID(),
    displayName: name,
    url: `https://ci.example.com/${name}/${number}`,
    state: post.state,
    lastUpdated: new Date(beginMs + post.atMs).toISOString(),
    issueKeys: keysOf(post),
    // By this each state is known again at Jira.
    description: `post ${index}`,
  };
  if (kind === 'build') {
    const body = { ...common, pipelineId: name, buildNumber: number };
    return { post, path: '/api/v1/builds', body, answers: [] };
  }
  const body = {
    ...common,
    pipeline: { id: 'release', displayName: 'Release', url: 'https://ci.example.com/release' },
    deploymentNumber: number,
    environment: { id: name, displayName: name, type: 'production' },
  };
  return { post, path: '/api/v1/deployments', body, answers: [] };
}

async function send(posted: Posted, to: 0 | 1, connectKey: string): Promise<void> {
  const caller = { url: replicas[to]?.url ?? '', token: connectKey };
  posted.answers.push(await call<Taken>(caller, 'POST', posted.path, posted.body));
}

/** Jobs that still look after the streams of a connection: none, once everything has ended. */
async function jobsOf(connectionId: string): Promise<number> {
  const found = await database.database.pool.query<{ count: number }>(
    'select count(*)::int as count from graphile_worker.jobs where key like $1',
    [`%${connectionId}`],
  );
  return found.rows[0]?.count ?? 0;
}

/** Plays a story; resolves with every post's delivery once each of them has ended. */
async function play(told: Story, jira: JiraSimulator) {
  const { connectionId, connectKey } = await connectToJira(hub, jira, `jira-${crypto.randomUUID()}`);
  const beginMs = Date.now() - 60_000;
  const late: Posted[] = [];
  const groups: Posted[][] = [];
  for (const { posts, trouble } of told) {
    if (trouble !== null) makeTrouble(jira, trouble);
    const group = posts.map((post, index) => prepare(post, groups.flat().length + index, beginMs));
    groups.push(group);
    await Promise.all(
      group.flatMap((posted) => {
        const { hub: first, again } = posted.post;
        if (again?.when === 'at the end') late.push(posted);
        const twice = again?.when === 'at once' ? [send(posted, again.hub, connectKey)] : [];
        return [send(posted, first, connectKey), ...twice];
      }),
    );
  }
  await Promise.all(late.map((posted) => send(posted, posted.post.again?.hub ?? 0, connectKey)));
  const deliveries = await vi.waitFor(
    async () => {
      const path = `/api/v1/deliveries?connection=${connectionId}&limit=200`;
      const { items } = await call<{ items: DeliveryView[] }>(hub, 'GET', path);
      expect(items.filter(({ final }) => !final)).toEqual([]);
      return items;
    },
    { timeout: 20_000, interval: 20 },
  );
  await vi.waitFor(async () => expect(await jobsOf(connectionId)).toBe(0), { timeout: 5_000, interval: 20 });
  return { groups, deliveries: new Map(deliveries.map((delivery) => [delivery.id, delivery])), beginMs };
}

/** What a delivery must say once Jira has answered. */
function answeredAs(post: Post) {
  const refused = post.entity.name === 'poison';
  const issues = keysOf(post).map((key) => {
    const outcome = post.known.includes(key) ? (refused ? 'rejected' : 'linked') : 'unknown';
    return expect.objectContaining({ key, outcome: refused ? 'rejected' : outcome });
  });
  if (refused || post.entity.name === 'lost') return { state: 'rejected', issues };
  return { state: post.unknown.length > 0 ? 'partial' : 'delivered', issues };
}

function shown(jira: JiraSimulator, { kind, name, number }: Post['entity']) {
  return kind === 'build'
    ? jira.state.builds().filter((one) => one.pipelineId === name && one.buildNumber === number)
    : jira.state
        .deployments()
        .filter((one) => one.environment.id === name && one.deploymentSequenceNumber === number);
}

function check({ groups, deliveries, beginMs }: Awaited<ReturnType<typeof play>>, jira: JiraSimulator): void {
  const all = groups.flat();
  // Each post is one delivery, however often and wherever it was posted.
  expect(deliveries.size).toBe(all.length);
  for (const { answers, body } of all) {
    expect(new Set(answers.map(({ delivery }) => delivery)), body.description).toHaveProperty('size', 1);
    expect(
      answers.filter(({ duplicate }) => !duplicate),
      body.description,
    ).toHaveLength(1);
  }
  for (const entity of entities) {
    const posts = all.filter(({ post }) => post.entity === entity);
    if (posts.length === 0) continue;
    const winners = winnersOf(
      groups.map((group) => group.map(({ post }) => post)),
      entity,
    );
    const ends = posts.map((posted) => ({
      posted,
      delivery: deliveries.get(posted.answers[0]?.delivery ?? ''),
    }));
    for (const { posted, delivery } of ends) {
      if (delivery?.state === 'superseded') continue;
      expect(delivery, posted.body.description).toMatchObject(answeredAs(posted.post));
    }
    const newest = ends.toSorted(
      (one, other) => Number(other.delivery?.sequence) - Number(one.delivery?.sequence),
    )[0];
    expect(newest?.delivery?.state, JSON.stringify(entity)).not.toBe('superseded');
    expect(winners).toContain(newest?.posted.post);
    if (entity.name === 'lost' || entity.name === 'poison') {
      expect(shown(jira, entity)).toEqual([]);
      continue;
    }
    expect(shown(jira, entity)).toEqual([
      expect.objectContaining({
        state: newest?.posted.post.state,
        description: newest?.posted.body.description,
        lastUpdated: new Date(beginMs + (newest?.posted.post.atMs ?? 0)).toISOString(),
        updateSequenceNumber: newest?.delivery?.sequence,
        issueKeys: newest?.posted.post.known,
      }),
    ]);
  }
}

it(
  `nothing is lost and nothing stale is shown, whatever Jira does (seed ${seed})`,
  { timeout: 180_000 },
  () =>
    fc.assert(
      fc.asyncProperty(story, async (told) => {
        // Whole seconds, as in the Date header: moments that are told against it are then not a second late.
        const now = () => new Date(Math.floor(Date.now() / 1_000) * 1_000);
        const jira = await startJiraSimulator({ edition: 'cloud', now });
        try {
          jira.faults.add({
            match: { path: '/bulk', bodyIncludes: '"poison"' },
            answer: { status: 400, body: [{ message: 'this build is poisoned' }] },
          });
          check(await play(told, jira), jira);
        } finally {
          await jira.close();
        }
      }),
      { numRuns: runs, seed, interruptAfterTimeLimit: 150_000, markInterruptAsFailure: true },
    ),
);
