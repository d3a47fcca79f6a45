import { afterEach, describe, expect, it } from 'vitest';
import type { JiraClient } from '../../kit/jira.ts';
import { startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import { startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function clientOf(connection: Parameters<NonNullable<typeof jira.jira>>[0]): JiraClient {
  const client = jira.jira?.(connection);
  if (client === undefined) throw new Error('the connector gives no client');
  return client;
}

async function onCloud(user: string) {
  const cloud = await startSimulatedCloud();
  closing.push(cloud.close);
  return clientOf(await cloud.connect(cloud.user(user)));
}

async function selfHosted(user: string) {
  const site = await startSimulatedDataCenter({ version: '9.12.0' });
  closing.push(site.close);
  return clientOf(await site.connect(site.byPassword(user)));
}

const editions: [string, (user: string) => Promise<JiraClient>][] = [
  ['Jira Cloud', onCloud],
  ['a self-hosted Jira', selfHosted],
];

describe.each(editions)('an issue of %s', (_edition, open) => {
  it('takes comments and work, which are read back as they were said', async () => {
    const { issues } = await open('dana');
    await issues.addComment('MYT-1', 'one line\n\nand *another* one');
    await issues.addComment('MYT-1', 'newest');
    expect((await issues.listComments('MYT-1')).slice(0, 2)).toEqual([
      'newest',
      'one line\n\nand *another* one',
    ]);
    const startedAt = new Date('2026-03-04T05:06:07Z');
    await issues.addWorklog('MYT-1', { spent: '1d 2h', text: 'careful work', startedAt });
    expect(await issues.listWorklogTexts('MYT-1')).toEqual(['careful work']);
  });

  it('goes through a transition', async () => {
    const { issues, metadata } = await open('dana');
    const [transition] = (await metadata.transitions('MYT-3')).filter(({ name }) => name === 'In Progress');
    await issues.transition('MYT-3', transition?.id ?? '');
    expect(await issues.getStatus('MYT-3')).toEqual({ id: transition?.toStatus.id, name: 'In Progress' });
  });

  it('is told by its key when the account does not see it', async () => {
    const { issues } = await open('dana');
    const about = { code: 'resource-not-found', message: 'Jira shows the account no issue MYT-999' };
    await expect(issues.addComment('MYT-999', 'nowhere')).rejects.toMatchObject(about);
    await expect(issues.getStatus('MYT-999')).rejects.toMatchObject(about);
  });

  it('tells in Jira’s words what it refuses', async () => {
    const { issues } = await open('dana');
    await expect(issues.transition('MYT-3', '9999')).rejects.toMatchObject({
      code: 'jira-rejected',
      message: expect.stringContaining('not valid for the current state of this issue'),
    });
    const { issues: ofReader } = await open('reader');
    await expect(ofReader.addComment('MYT-1', 'may I?')).rejects.toMatchObject({
      code: 'jira-rejected',
      message: expect.stringMatching(/^MYT-1: .*permission to comment/),
    });
  });
});
