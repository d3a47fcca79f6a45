import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DataCenterSimulator, startJiraSimulator } from '../../simulators/jira/index.ts';
import { build, useHub } from './fixtures/reports.ts';

const { hub, send } = useHub();
let jira: DataCenterSimulator;
let key: string;

beforeAll(async () => {
  jira = await startJiraSimulator({ edition: 'data-center' });
  await hub().call('POST', '/api/v1/secrets', { name: 'pat', value: jira.accounts[0]?.personalAccessToken });
  const made = await hub().call('POST', '/api/v1/connections', {
    name: 'self-hosted',
    connector: 'jira',
    settings: {
      baseUrl: jira.siteUrl,
      platform: { type: 'personal-access-token', token: { secret: 'account.pat' } },
      allowAddresses: ['127.0.0.1/32'],
    },
  });
  key = await hub().makeKey(made.body.id);
});
afterAll(() => jira.close());

it('what a self-hosted Jira refuses for one issue is linked on the others, and told of that issue alone', async () => {
  const why = 'You do not have the permission to link issues in this project.';
  jira.faults.add({
    match: { path: '/issue/MYT-2/remotelink' },
    answer: { status: 403, body: { errorMessages: [why], errors: {} } },
  });
  const delivery = await send('builds', build({ issueKeys: ['MYT-1', 'MYT-2'] }), key);
  expect(delivery).toMatchObject({
    state: 'partial',
    issues: [
      { key: 'MYT-1', outcome: 'linked' },
      { key: 'MYT-2', outcome: 'rejected', message: expect.stringContaining(why) },
    ],
  });
  const explained = await hub().call('GET', '/api/v1/issues/MYT-2/explanation');
  expect(explained.body.entities).toMatchObject([{ outcome: 'rejected' }]);
  expect(explained.body.notes).toEqual([expect.stringContaining(`Jira refused to show it on MYT-2: ${why}`)]);
  expect((await hub().call('GET', '/api/v1/issues/MYT-1/explanation')).body.notes).toEqual([]);
});
