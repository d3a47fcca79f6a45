import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnyConnector } from '../../../kit/connector.ts';
import jira from '../index.ts';
import { editions, outputOf } from './fixtures/editions.ts';
import { runContext } from './fixtures/run-context.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const { actions = [] }: AnyConnector = jira;

function getAction(id: string) {
  const found = actions.find((one) => one.id === id);
  if (found === undefined) throw new Error(`there is no action ${id}`);
  return found;
}

it.each(editions)('an issue of %s is commented on, linked, watched and moved', async (_edition, start) => {
  const site = await start();
  closing.push(site.close);
  const context = runContext(await site.connect('admin'));
  const run = async (id: string, given: unknown) => {
    const { input, run } = getAction(id);
    return outputOf(await run(input.parse(given), context));
  };
  await run('jira.add-comment', { issue: 'myt-3', text: 'tested', textAs: 'plain' });
  await run('jira.link-issues', { issue: 'MYT-3', links: [{ type: 'duplicates', issue: 'MYT-4' }] });
  await run('jira.add-watchers', { issue: 'MYT-3', watchers: ['Dana Developer'] });
  const output = await run('jira.transition-issue', { issue: 'MYT-3', to: { status: 'Done' } });
  expect(output).toMatchObject({ key: 'MYT-3', Status: 'Done', 'Linked Issues': ['MYT-4'] });
  const { activity } = site.state.findIssue('MYT-3') ?? {};
  expect(activity?.comments).toHaveLength(1);
  expect(activity?.watchers.size).toBe(1);
});

it('does what the page on actions shows', async () => {
  const page = readFileSync(new URL('../../../../docs/actions.md', import.meta.url), 'utf8');
  const [create, update] = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) =>
    JSON.parse(json),
  );
  const [[, start] = []] = editions;
  const site = await start?.();
  if (site === undefined) throw new Error('there is no edition');
  closing.push(site.close);
  const context = runContext(await site.connect('admin'));
  const run = async (id: string, given: unknown) => {
    const { input, run } = getAction(id);
    return outputOf(await run(input.parse(given), context));
  };
  expect(await run('jira.create-issue', create)).toMatchObject({ 'Linked Issues': ['MYT-5'] });
  expect(await run('jira.update-issue', update)).toMatchObject({ Status: 'Done', Labels: ['released'] });
});

it('every action shows what it takes as a JSON schema', () => {
  const shown = actions.map(({ id, input }) => [id, z.toJSONSchema(input, { io: 'input' })] as const);
  for (const [id, schema] of shown) {
    expect(schema.type, id).toBe('object');
    expect(schema.additionalProperties, id).toBe(false);
  }
});

it.each([
  ['jira.create-issue', { project: 'MYT', issueType: 'Task', colour: 'red' }],
  ['jira.update-issue', { issues: [] }],
  ['jira.update-issue', { issues: ['MYT'] }],
  ['jira.update-issue', { issues: ['MYT-1'], labels: { add: ['two words'] } }],
  ['jira.add-comment', { issue: 'MYT-1', text: ' ' }],
  ['jira.transition-issue', { issue: 'MYT-1', to: { status: '' } }],
  ['jira.create-issue', { project: 'MYT', issueType: 'Task', attachments: [{ name: '../x', text: '' }] }],
  ['jira.update-issue', { issues: ['MYT-1'], attachments: [{ name: 'x' }] }],
  ['jira.update-issue', { issues: ['MYT-1'], attachments: [{ name: 'x', text: '', content: '' }] }],
])('%s refuses %j', (id, given) => {
  expect(getAction(id).input.safeParse(given).success).toBe(false);
});
