import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { DeliveryView } from '../../deliveries/index.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';
import { pushed, senderFor, type WebhookSender } from '../fixtures/webhook-sender.ts';

const repository = 'acme/shop/web/storefront';
let linked: LinkedHub;
let sender: WebhookSender;
let link: { id: string };

beforeAll(async () => {
  linked = await startLinkedHub();
  link = await linked.link();
  sender = await senderFor(linked, link.id);
  // The one that every link begins with would find what is not posted yet.
  await linked.look(link);
});
afterAll(() => linked.close());
// The tests post themselves, all at once.
beforeEach(() => linked.host.deliveryFaults.add({ does: 'lose' }));

const commit = async (branch: string, message: string, before?: string) => {
  const { people } = linked.host;
  const after = await people.commit({ repository, branch, message, files: { [`${branch}.txt`]: message } });
  const author = { identity: { name: 'Ada', email: 'ada@example.com' }, when: new Date().toISOString() };
  const told = { sha: after, message: `${message}\n`, author };
  return { after, hook: pushed(branch, { before, after, head_commit: told, commits: [told] }) };
};

const open = async (title: string, source: string, trigger = 'pullreq_created') => {
  const number = await linked.host.people.openPullRequest({ repository, title, source });
  const pullRequest = { number, title, state: 'open', source_branch: source, target_branch: 'main' };
  return { number, hook: { ...pushed(source), trigger, pull_req: pullRequest } };
};

/** Posts all at once; gives what each came to, in their order. */
async function postAtOnce(hooks: object[]): Promise<DeliveryView[]> {
  const answers = await Promise.all(hooks.map((hook) => sender.send(hook)));
  expect(answers.map(({ status }) => status)).toEqual(hooks.map(() => 200));
  await linked.settled();
  return Promise.all(
    answers.map(
      async ({ body }) => (await linked.hub.call('GET', `/api/v1/deliveries/${body.delivery}`)).body,
    ),
  );
}

const keysOf = ({ issues }: DeliveryView): string[] => issues.map(({ key }) => key).toSorted();

it('a crowd of events of which one cannot be loaded is shown as the host has it, and each answers for itself', async () => {
  const first = await commit('MYT-1-crowd', 'MYT-2 first', '0'.repeat(40));
  const second = await commit('MYT-1-crowd', 'MYT-3 second', first.after);
  const third = await commit('MYT-1-crowd', 'third', second.after);
  const other = await commit('other', 'MYT-4 other', '0'.repeat(40));
  const fails = await open('MYT-5 fails once', 'other');
  const noKey = await commit('nothing-of-interest', 'no key', '0'.repeat(40));
  const fault = linked.host.faults.add({
    match: { path: `/pullreq/${fails.number}` },
    times: 1,
    answer: { status: 500 },
  });
  const hooks = [second, fails, first, other, noKey, third].map(({ hook }) => hook);
  const told = await postAtOnce(hooks);
  const [, ofFails, , , ofNoKey] = told;

  expect(linked.host.faults.list().find(({ id }) => id === fault)).toMatchObject({ struck: 1 });
  expect(linked.panel()).toEqual({
    'branch MYT-1-crowd': ['MYT-1'],
    'commit MYT-2 first': ['MYT-2'],
    'commit MYT-3 second': ['MYT-3'],
    'branch other': ['MYT-5'],
    'commit MYT-4 other': ['MYT-4', 'MYT-5'],
    'OPEN MYT-5 fails once': ['MYT-5'],
  });
  expect(ofFails).toMatchObject({ state: 'delivered', attempts: 2 });
  expect(ofFails && keysOf(ofFails)).toContain('MYT-5');
  expect(told.filter(({ attempts }) => attempts > 1)).toEqual([ofFails]);
  expect(new Set(told.flatMap(keysOf))).toEqual(new Set([1, 2, 3, 4, 5].map((number) => `MYT-${number}`)));
  expect(ofNoKey).toMatchObject({ state: 'skipped', reason: expect.stringContaining('names no issue') });
  expect(await linked.look(link)).toMatchObject({ changes: 0 });
});

it('a pull request answers for the branch that it lends keys to, not for those of others', async () => {
  const pushes = [await commit('one', 'one', '0'.repeat(40)), await commit('two', 'two', '0'.repeat(40))];
  await postAtOnce(pushes.map(({ hook }) => hook));
  const [one, two] = [await open('MYT-1 one', 'one'), await open('MYT-2 two', 'two')];
  // Enough of them to be a crowd, whose events are taken together.
  const told = await postAtOnce([one, two, one, two, one, two].map(({ hook }) => hook));
  expect(linked.panel()).toMatchObject({ 'branch one': ['MYT-1'], 'branch two': ['MYT-2'] });
  const named = (rest: number) => [...new Set(told.filter((_, index) => index % 2 === rest).flatMap(keysOf))];
  expect([named(0), named(1)]).toEqual([['MYT-1'], ['MYT-2']]);
});

it('a branch that comes again is shown, though the clock of who told of its end was ahead', async () => {
  const { people } = linked.host;
  const hook = { ...pushed('MYT-3-again'), trigger: 'branch_created', old_sha: '0'.repeat(40) };
  await people.createBranch({ repository, name: 'MYT-3-again' });
  await postAtOnce([hook]);
  expect(linked.panel()).toMatchObject({ 'branch MYT-3-again': ['MYT-3'] });
  await people.deleteBranch({ repository, name: 'MYT-3-again' });
  await postAtOnce([{ ...hook, trigger: 'branch_deleted', sha: '0'.repeat(40), old_sha: hook.sha }]);
  expect(linked.panel()).not.toHaveProperty('branch MYT-3-again');
  await linked.hub.database.pool.query(`update entity_sequences set event_at = event_at + interval '1 minute',
    sequence = sequence + 60000 where entity like '%MYT-3-again'`);
  await people.createBranch({ repository, name: 'MYT-3-again' });
  await postAtOnce([hook]);
  expect(linked.panel()).toMatchObject({ 'branch MYT-3-again': ['MYT-3'] });
});

it.each([
  ['that goes on from what is known', 0],
  ['after one of which nobody told', 1],
])('a push %s is shown, though it seems to have come before it', async (_which, untold) => {
  const branch = `MYT-2-late-${untold}`;
  const first = await commit(branch, 'first', '0'.repeat(40));
  await postAtOnce([first.hook]);
  const between = untold === 0 ? first : await commit(branch, 'between', first.after);
  const last = await commit(branch, 'last', between.after);
  await linked.hub.database.pool.query(
    `update dev_entities set as_of = as_of + interval '1 minute' where kind = 'branch' and id = $1`,
    [branch],
  );
  await postAtOnce([last.hook]);
  const shown = linked.hub.simulator.state.development('MYT-2').flatMap(({ branches }) => branches);
  expect(shown.find(({ name }) => name === branch)?.lastCommit.id).toBe(last.after);
});
