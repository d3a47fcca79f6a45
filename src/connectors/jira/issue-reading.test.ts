import { afterEach, describe, expect, it } from 'vitest';
import { editions, requestsSince, type SimulatedSite } from './actions/fixtures/editions.ts';
import { createJiraClient } from './client.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function openAs(start: () => Promise<SimulatedSite>, user: string) {
  const site = await start();
  closing.push(site.close);
  const { issues, metadata } = createJiraClient(await site.connect(user));
  const idOf = (key: string) => {
    const issue = site.state.findIssue(key);
    if (issue === undefined) throw new Error(`the simulator has no ${key}`);
    return issue.id;
  };
  const move = async (key: string, to: string) => {
    const found = (await metadata.transitions(key)).find(({ toStatus }) => toStatus.name === to);
    await issues.transition(key, found?.id ?? '');
  };
  return { site, issues, idOf, move };
}

describe.each(editions)('an issue of %s that is read', (_edition, start) => {
  it('comes with the names of its fields, and with who changed what when that is asked', async () => {
    const { issues, move, idOf } = await openAs(start, 'dana');
    await move('MYT-3', 'In Progress');
    await move('MYT-3', 'Done');
    const seen = await issues.read('MYT-3', { fields: ['status', 'summary'], changes: true });
    expect(seen).toMatchObject({
      id: idOf('MYT-3'),
      key: 'MYT-3',
      url: expect.stringMatching(/\/browse\/MYT-3$/),
      fields: { status: { name: 'Done' }, summary: expect.any(String) },
      names: { status: { name: 'Status' }, summary: { name: 'Summary', schema: { type: 'string' } } },
    });
    expect(Math.abs(Date.now() - seen.updatedAt.getTime())).toBeLessThan(60_000);
    expect(
      seen.changes?.map(({ fieldKey, field, from, to, by }) => [fieldKey, field, from, to, by?.displayName]),
    ).toEqual([
      ['status', 'Status', 'In Progress', 'Done', 'Dana Developer'],
      ['status', 'Status', 'To Do', 'In Progress', 'Dana Developer'],
    ]);
    expect((await issues.read('MYT-3')).changes).toBeUndefined();
  });

  it('is told by its key when the account does not see it', async () => {
    const { issues } = await openAs(start, 'dana');
    await expect(issues.read('MYT-999')).rejects.toMatchObject({
      code: 'resource-not-found',
      message: expect.stringContaining('MYT-999'),
    });
  });
});

describe.each(editions)('issues of %s that are looked at', (_edition, start) => {
  it('come in one search', async () => {
    const { site, issues, idOf } = await openAs(start, 'dana');
    const ids = ['MYT-1', 'MYT-2', 'MYT-3'].map(idOf);
    const before = site.state.requests.length;
    const all = await issues.look({ ids: [...ids, ...ids], fields: ['status'] });
    expect(all.issues.map(({ key }) => key).toSorted()).toEqual(['MYT-1', 'MYT-2', 'MYT-3']);
    expect(all.issues[0]).toMatchObject({ names: { status: { name: 'Status' } }, fields: { status: {} } });
    expect(requestsSince(site.state, before).filter((one) => one.includes('search'))).toHaveLength(1);
  });

  it('do not hide behind those that are gone', async () => {
    const { issues, idOf } = await openAs(start, 'dana');
    const ids = ['999001', idOf('MYT-1'), '999002', idOf('MYT-2'), '999003'];
    for (const withinMs of [undefined, 60_000]) {
      const found = await issues.look({ ids, withinMs, fields: ['status'] });
      expect(found.issues.map(({ key }) => key).toSorted()).toEqual(['MYT-1', 'MYT-2']);
      expect(found.unknownIds.toSorted()).toEqual(['999001', '999002', '999003']);
    }
  });

  it('are more than fit into one page', async () => {
    const { site, issues, idOf } = await openAs(start, 'dana');
    const ids = Array.from({ length: 1_100 }, (_, index) => String(990_000 + index));
    const found = await issues.look({ ids: [...ids, idOf('MYT-1')], withinMs: 60_000 });
    expect(found.issues.map(({ key }) => key)).toEqual(['MYT-1']);
    expect(new Set(found.unknownIds)).toEqual(new Set(ids));
    expect(site.state.requests.filter(({ path }) => path.includes('search')).length).toBeLessThan(6);
  });
});

describe('a search whose index lags', () => {
  it('shows on Jira Cloud what holds now, when nothing is said of the time', async () => {
    const [cloud] = editions;
    if (cloud === undefined) throw new Error('no edition');
    const { site, issues, idOf, move } = await openAs(cloud[1], 'dana');
    site.faults.lagSearch(3_600_000);
    await move('MYT-3', 'Done');
    const ids = [idOf('MYT-3')];
    expect((await issues.look({ ids, withinMs: 60_000, fields: ['status'] })).issues).toEqual([]);
    const now = await issues.look({ ids, fields: ['status'] });
    expect(now.issues).toMatchObject([{ key: 'MYT-3', fields: { status: { name: 'Done' } } }]);
  });
});
