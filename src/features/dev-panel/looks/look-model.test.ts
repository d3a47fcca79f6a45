import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Refusal } from '../../../simulators/harness-code/refusal.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';

let linked: LinkedHub;
let link: { id: string };
beforeAll(async () => {
  linked = await startLinkedHub();
  link = await linked.link();
});
afterAll(() => linked.close());

const branches = ['topic', 'MYT-1-a', 'b'];
const keys = ['', 'MYT-2', 'MYT-3 MYT-4'];
const branch = fc.constantFrom(...branches);
const words = fc.constantFrom(...keys);
const number = fc.integer({ min: 1, max: 3 });
const event = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('commit' as const), branch, words }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('force-push' as const), branch, words }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('create' as const), branch }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('delete' as const), branch }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('open' as const), branch, words }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant('edit' as const), number, words }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('draft' as const), number, draft: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('merge' as const), number }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('close' as const), number }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('reopen' as const), number }) },
);
const fault = fc.record({
  after: fc.nat(6),
  times: fc.integer({ min: 1, max: 3 }),
  does: fc.constantFrom('lose' as const, 'duplicate' as const, 'reorder' as const, { delayMs: 20 }),
});

type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

/** Does it at the host, if the host lets it. Every text is another. */
async function happen(repository: string, one: Event, index: number, said: Set<string>): Promise<void> {
  const { people } = linked.host;
  const text = (given: string) => `change ${index} ${given}`.trim();
  const commitOf = (given: string) => {
    said.add(text(given));
    return { message: text(given), files: { [`file-${index}`]: String(index) } };
  };
  const doings: { [K in Event['what']]: (done: Extract<Event, { what: K }>) => Promise<unknown> } = {
    commit: (done) => people.commit({ repository, branch: done.branch, ...commitOf(done.words) }),
    'force-push': (done) =>
      people.forcePush({ repository, branch: done.branch, commits: [commitOf(done.words)] }),
    create: (done) => people.createBranch({ repository, name: done.branch }),
    delete: (done) => people.deleteBranch({ repository, name: done.branch }),
    open: (done) => people.openPullRequest({ repository, title: text(done.words), source: done.branch }),
    edit: (done) => people.editPullRequest({ repository, number: done.number, title: text(done.words) }),
    draft: (done) => people.setDraft({ repository, number: done.number, draft: done.draft }),
    merge: (done) => people.merge({ repository, number: done.number }),
    close: (done) => people.close({ repository, number: done.number }),
    reopen: (done) => people.reopen({ repository, number: done.number }),
  };
  const does = doings[one.what] as (done: Event) => Promise<unknown>;
  try {
    await does(one);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

/** What the host's own API lists. */
async function ask<T>(repository: string, path: string): Promise<T> {
  const url = `${linked.host.apiUrl}/repos/${encodeURIComponent(repository)}${path}`;
  const token = linked.host.accounts[0]?.token;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.json()) as T;
}

interface HostPull {
  number: number;
  title: string;
  state: string;
  is_draft: boolean;
  source_branch: string;
}

const keysIn = (...texts: string[]) => texts.flatMap((text) => text.match(/MYT-\d/g) ?? []);
const states: Record<string, string> = { open: 'OPEN', closed: 'DECLINED', merged: 'MERGED' };

/** What Jira must show, from nothing but what the host holds. */
async function model(repository: string) {
  const shown = new Map<string, Set<string>>();
  const put = (name: string, found: string[]) => {
    const before = shown.get(name) ?? new Set();
    for (const key of found) before.add(key);
    shown.set(name, before);
  };
  const heads = await ask<{ name: string }[]>(repository, '/branches?limit=100');
  for (const { name } of heads) {
    put(`branch ${name}`, keysIn(name));
    const path = `/commits?git_ref=${name}&limit=100`;
    const { commits } = await ask<{ commits: { message: string }[] }>(repository, path);
    for (const { message } of commits) put(`commit ${message.trim()}`, keysIn(message));
  }
  const pulls = await ask<HostPull[]>(repository, '/pullreq?state=open&state=closed&state=merged&limit=100');
  for (const pull of pulls) {
    const own = keysIn(pull.title, pull.source_branch);
    const state = pull.state === 'open' && pull.is_draft ? 'DRAFT' : states[pull.state];
    put(`${state} ${pull.title}`, own);
    if (heads.some(({ name }) => name === pull.source_branch)) put(`branch ${pull.source_branch}`, own);
    const commits = await ask<{ message: string }[]>(repository, `/pullreq/${pull.number}/commits?limit=100`);
    for (const { message } of commits) put(`commit ${message.trim()}`, [...own, ...keysIn(message)]);
  }
  const panel = [...shown].map(([name, found]) => [name, [...found].toSorted()] as const);
  return Object.fromEntries(panel.filter(([, found]) => found.length > 0));
}

let runs = 0;

/** A push is lost and the next one comes: the branch stands as at the host, and yet commits are missing. */
const examples: [Event[], Fault[]][] = [
  [
    [
      { what: 'commit', branch: 'b', words: 'MYT-2' },
      { what: 'commit', branch: 'b', words: '' },
    ],
    [{ after: 0, times: 1, does: 'lose' }],
  ],
  [
    [
      { what: 'commit', branch: 'b', words: '' },
      { what: 'commit', branch: 'b', words: 'MYT-2' },
      { what: 'commit', branch: 'b', words: '' },
    ],
    [{ after: 1, times: 1, does: 'lose' }],
  ],
];

it('whatever happens and whatever is lost, doubled, late or out of order: after a look Jira shows what the host holds', async () => {
  const events = fc.array(event, { minLength: 4, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(events, fc.array(fault, { maxLength: 3 }), async (all, faults) => {
      const repository = `acme/shop/web/run-${++runs}`;
      const { host } = linked;
      host.deliveryFaults.clear();
      await host.people.createRepository({ path: repository });
      await host.people.commit({ repository, branch: 'main', message: 'begin', files: { a: '1' } });
      await host.delivered();
      for (const one of faults) host.deliveryFaults.add(one);
      const said = new Set<string>();
      for (const [index, one] of all.entries()) await happen(repository, one, index, said);
      await linked.settled();
      await linked.look(link);

      const panel = linked.panelOf(repository);
      const expected = await model(repository);
      // A commit that is on no branch any more may still be shown; it was there once.
      for (const name of Object.keys(panel)) {
        if (name in expected || !name.startsWith('commit ')) continue;
        expect(said).toContain(name.slice('commit '.length));
        delete panel[name];
      }
      expect(panel).toEqual(expected);
    }),
    { numRuns: 8, endOnFailure: true, examples },
  );
}, 60_000);
