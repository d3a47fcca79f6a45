import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';

let now = new Date();
let hub: TestHubWithJira;
let connection: string;
beforeAll(async () => {
  hub = await startTestHubWithJira({ now: () => now });
});
afterAll(() => hub.close());
beforeEach(async () => {
  connection = (await hub.connectJira()).id;
});

const ask = (path: string, token?: string) =>
  hub.call('GET', `/api/v1/connections/${connection}/metadata/${path}`, undefined, token);
const asked = (part: string) => hub.simulator.state.requests.filter(({ path }) => path.includes(part)).length;
const pass = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

describe('a form', () => {
  it('is offered projects, their types, statuses and fields, users, and what an issue allows now', async () => {
    const projects = await ask('projects');
    expect(projects.status).toBe(200);
    expect(projects.body).toMatchObject({ fetchedAt: now.toISOString(), ageSeconds: 0 });
    expect(projects.body.items).toContainEqual(expect.objectContaining({ key: 'MYT' }));
    const types = (await ask('projects/MYT/issue-types')).body.items;
    expect(types.length).toBeGreaterThan(0);
    expect((await ask('projects/MYT/statuses')).body.items[0]).toMatchObject({
      name: expect.any(String),
      category: expect.any(String),
    });
    expect((await ask(`projects/MYT/issue-types/${types[0].id}/fields`)).body.items).toContainEqual(
      expect.objectContaining({ key: 'summary', required: true }),
    );
    expect((await ask('issues/MYT-1/transitions')).body.items[0]).toMatchObject({
      toStatus: { name: expect.any(String) },
    });
    expect((await ask('issues/MYT-1/fields')).body.items).toContainEqual(
      expect.objectContaining({ key: 'summary' }),
    );
    const [{ displayName = '' } = {}] = hub.simulator.accounts;
    expect((await ask(`users?query=${encodeURIComponent(displayName)}`)).body.items).toContainEqual(
      expect.objectContaining({ displayName }),
    );
  });

  it('is offered what was found lately, with its age, and asks again when it is too old or wanted anew', async () => {
    const before = asked('/project/search');
    await ask('projects');
    pass(599);
    expect((await ask('projects')).body).toMatchObject({ ageSeconds: 599 });
    expect(asked('/project/search')).toBe(before + 1);
    expect((await ask('projects?refresh=true')).body).toMatchObject({ ageSeconds: 0 });
    expect(asked('/project/search')).toBe(before + 2);
    pass(600);
    expect((await ask('projects')).body).toMatchObject({ ageSeconds: 0 });
    expect(asked('/project/search')).toBe(before + 3);
  });

  it('asks Jira once for many who ask at the same moment', async () => {
    const before = asked('/project/search');
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask('projects')));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(asked('/project/search')).toBe(before + 1);
  });

  it('asks each time what hangs on an issue', async () => {
    const before = asked('/transitions');
    await ask('issues/MYT-1/transitions');
    await ask('issues/MYT-1/transitions');
    expect(asked('/transitions')).toBe(before + 2);
  });

  it('is not offered what was found with other settings', async () => {
    await ask('projects');
    const before = asked('/project/search');
    const { body } = await hub.call('GET', `/api/v1/connections/${connection}`);
    const settings = { ...body.settings, cloudId: hub.simulator.cloudId };
    await hub.call('PUT', `/api/v1/connections/${connection}`, { name: body.name, settings });
    await ask('projects');
    expect(asked('/project/search')).toBe(before + 1);
  });

  it('hears what went wrong, and is offered what was known the next time', async () => {
    await ask('projects');
    const broken = hub.simulator.faults.add({ match: { path: '/project/search' }, answer: { status: 403 } });
    const refused = await ask('projects?refresh=true');
    expect(refused).toMatchObject({ status: 502, body: { code: 'remote-forbidden' } });
    expect((await ask('projects')).status).toBe(200);
    hub.simulator.faults.remove(broken);
  });
});

it.each([
  ['projects/NOPE/issue-types', 404],
  ['issues/nope/fields', 400],
  ['users', 400],
  ['users?query=', 400],
  ['projects?refresh=perhaps', 400],
])('%s is %d', async (path, status) => {
  expect((await ask(path)).status).toBe(status);
});

it('is for operators, and for those who may see the connection', async () => {
  expect((await ask('projects', await hub.makeToken('viewer'))).status).toBe(403);
  expect((await ask('projects', await hub.makeToken('operator'))).status).toBe(200);
  expect((await ask('projects', await hub.makeToken('operator', 'elsewhere'))).status).toBe(404);
});
