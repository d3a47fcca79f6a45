import fc from 'fast-check';
import type { Fault } from '../../src/simulators/jira/faults.ts';
import type { JiraSimulator } from '../../src/simulators/jira/index.ts';

/** Builds and deployments of the stories: `lost` names no issue that exists, Jira's gateway refuses `poison`. */
export const entities = [
  { kind: 'build', name: 'checkout', number: 1 },
  { kind: 'build', name: 'checkout', number: 2 },
  { kind: 'build', name: 'lost', number: 1 },
  { kind: 'build', name: 'poison', number: 1 },
  { kind: 'deployment', name: 'production', number: 1 },
  { kind: 'deployment', name: 'staging', number: 1 },
] as const;

const knownKeys = ['MYT-1', 'MYT-2', 'OPS-1'];
const unknownKeys = ['MYT-404', 'NONE-1'];

/** One state of one entity, as a pipeline posts it. */
export interface Post {
  entity: (typeof entities)[number];
  /** Milliseconds after the story's beginning; few, so that several fall together. */
  atMs: number;
  state: 'pending' | 'in_progress' | 'successful' | 'failed';
  known: string[];
  unknown: string[];
  /** Which hub it is posted to. */
  hub: 0 | 1;
  /** It is posted once more with the same id, to this hub: at the same moment, or when all else is posted. */
  again: { hub: 0 | 1; when: 'at once' | 'at the end' } | null;
}

/** What Jira does wrong. */
type Trouble =
  | { type: 'fault'; fault: Fault }
  | { type: 'too-large'; over: number }
  | { type: 'expired-tokens' };

/** Posts that go out together, one group after the other, each group with a trouble that Jira has from then on. */
export type Story = { posts: Post[]; trouble: Trouble | null }[];

const hub = fc.constantFrom<0 | 1>(0, 1);

const post: fc.Arbitrary<Post> = fc.record({
  entity: fc.constantFrom(...entities),
  atMs: fc.integer({ min: 0, max: 4 }),
  state: fc.constantFrom<Post['state']>('pending', 'in_progress', 'successful', 'failed'),
  known: fc.subarray(knownKeys, { minLength: 1 }),
  unknown: fc.subarray(unknownKeys),
  hub,
  again: fc.option(
    fc.record({ hub, when: fc.constantFrom<'at once' | 'at the end'>('at once', 'at the end') }),
    { freq: 4 },
  ),
});

const reasons = [
  'jira-quota-global-based',
  'jira-quota-tenant-based',
  'jira-burst-based',
  'jira-per-issue-on-write',
  'none',
] as const;

const fault: fc.Arbitrary<Fault> = fc.record({
  match: fc.constantFrom({ path: '/bulk' }, { path: '/builds/' }, { path: '/oauth/token' }),
  after: fc.integer({ min: 0, max: 2 }),
  times: fc.integer({ min: 1, max: 3 }),
  answer: fc.oneof(
    fc.constantFrom<Fault['answer']>('drop-connection', 'apply-then-drop', { status: 503 }, { status: 500 }),
    fc.constantFrom(...reasons).map((rateLimit) => ({ rateLimit, retryAfterSeconds: 0.02 })),
  ),
});

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: fault.map((one) => ({ type: 'fault' as const, fault: one })) },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1, max: 3 }).map((over) => ({ type: 'too-large' as const, over })),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'expired-tokens' as const }) },
);

/** Stories of up to 40 posts. */
export const story: fc.Arbitrary<Story> = fc.array(
  fc.record({
    posts: fc.array(post, { minLength: 1, maxLength: 8 }),
    trouble: fc.option(trouble, { freq: 3 }),
  }),
  { minLength: 1, maxLength: 5 },
);

/** Lets Jira have a trouble. */
export function makeTrouble(jira: JiraSimulator, one: Trouble): void {
  if (one.type === 'fault') jira.faults.add(one.fault);
  else if (one.type === 'too-large') jira.faults.tooLargeOver(one.over);
  else jira.faults.expireTokens();
}

/** The issue keys that a post names, the unknown ones first. */
export const keysOf = ({ entity, known, unknown }: Post): string[] =>
  entity.name === 'lost' ? unknownKeys : [...unknown, ...known];

/**
 * The states of which Jira may show one in the end, by the posts in the order of their groups: the newest, of several
 * at the same millisecond those of the last group that has one. Which of one group came later nobody can say.
 */
export function winnersOf(groups: Post[][], entity: Post['entity']): Post[] {
  const newestMs = Math.max(...groups.flat().flatMap((one) => (one.entity === entity ? [one.atMs] : [])));
  const newest = groups.map((posts) => posts.filter((one) => one.entity === entity && one.atMs === newestMs));
  return newest.findLast((posts) => posts.length > 0) ?? [];
}
