import { describe, expect, it } from 'vitest';
import { build, deployment, outcomes, useHub } from './fixtures/reports.ts';

const { hub, connection, post, wait, send, builds } = useHub();

describe('the rules of a connect key', () => {
  it('let only issues of its projects through, and name the others', async () => {
    const own = await hub().makeKey(connection(), { projects: ['MYT'] });
    const report = build({ issueKeys: ['OPS-1', 'MYT-1'] });
    const delivery = await send('builds', report, own);
    expect(delivery.state).toBe('delivered');
    expect(outcomes(delivery)).toEqual({ 'MYT-1': 'linked', 'OPS-1': 'not-allowed' });
    expect(builds('OPS-1', report.buildNumber)).toEqual([]);
  });

  it('skip a report of which nothing is left, say why, and send nothing', async () => {
    const own = await hub().makeKey(connection(), { projects: ['OPS'] });
    const before = hub().simulator.state.requests.length;
    const accepted = await post('builds', build(), own);
    expect(accepted).toMatchObject({ status: 202, body: { state: 'skipped' } });
    const { body } = await wait(accepted.body.delivery, own);
    expect(body).toMatchObject({
      state: 'skipped',
      final: true,
      reason: expect.stringContaining('none of the'),
    });
    expect(outcomes(body)).toEqual({ 'MYT-1': 'not-allowed' });
    expect(hub().simulator.state.requests).toHaveLength(before);
  });

  it.each([
    ['builds', { kinds: ['build'] }, 202],
    ['builds', { kinds: ['deployment'] }, 403],
    ['deployments', { kinds: ['build'] }, 403],
    ['deployments', { environments: ['Production'] }, 202],
    ['deployments', { environments: ['Staging'] }, 403],
    ['builds', { environments: ['Staging'] }, 202],
  ] as const)('%s with %j: %d', async (kind, rules, status) => {
    const own = await hub().makeKey(connection(), JSON.parse(JSON.stringify(rules)));
    const answer = await post(kind, kind === 'builds' ? build() : deployment(), own);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.code).toBe('not-allowed');
  });

  it.each([
    [undefined, 202],
    ['host', 202],
    ['address', 202],
    ['https://elsewhere.atlassian.net', 403],
    ['elsewhere', 403],
    ['address/other-jira', 403],
  ])('hold it to its site: INSTANCE %s is answered %d', async (instance, status) => {
    const { host } = new URL(hub().simulator.siteUrl);
    const meant = instance?.replace('host', host).replace('address', hub().simulator.siteUrl);
    const answer = await post('builds', build({ instance: meant }));
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject({ code: 'site-mismatch' });
  });

  it('made wrong are refused, naming the field', async () => {
    const wrongs: [object, string][] = [
      [{ projects: ['myt'] }, 'projects.0'],
      [{ projects: [] }, 'projects'],
      [{ kinds: ['fax'] }, 'kinds.0'],
      [{ environments: [''] }, 'environments.0'],
      [{ expiresAt: 'tomorrow' }, 'expiresAt'],
      [{ expiresAt: '2020-01-31T00:00:00Z' }, 'expiresAt'],
      [{ colour: 'red' }, 'colour'],
    ];
    for (const [wrong, path] of wrongs) {
      const answer = await hub().call('POST', '/api/v1/connect-keys', {
        connection: connection(),
        name: 'x',
        ...wrong,
      });
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    }
  });
});
