import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../kit/secret.ts';
import { editions, type SimulatedSite } from '../actions/fixtures/editions.ts';
import { openIssueRequests } from '../issue-requests.ts';
import { isFields } from '../json-fields.ts';
import { createMetadata } from '../metadata.ts';
import { keptParts } from '../parts.ts';
import { plainTextOf } from '../rich-text/plain-text.ts';
import { convertField } from './convert-field.ts';
import type { FieldContext, FieldValue } from './field-value.ts';
import { matchFields } from './match-fields.ts';
import { resolveUser } from './user.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** What an author writes for the fields of an issue, and the issue as Jira then shows it. */
async function open(start: () => Promise<SimulatedSite>) {
  const site = await start();
  closing.push(site.close);
  const parts = keptParts(await site.connect('admin'));
  const requests = await openIssueRequests(parts);
  const metadata = createMetadata(parts);
  const { api, userId } = requests.capabilities;
  const context: FieldContext = {
    api,
    userId,
    findUser: (query) =>
      resolveUser(query, { userId, users: metadata.users, findById: async () => undefined }),
    textAs: 'markdown',
    now: () => new Date(),
  };
  const convert = async (
    choices: Awaited<ReturnType<typeof metadata.editFields>>,
    given: Record<string, FieldValue>,
  ) => {
    const matched = matchFields(
      choices,
      Object.entries(given).map(([name, value]) => ({ name, value })),
    );
    const entries = matched.map(async ({ field, value }) => [
      field.key,
      await convertField(field, value, context),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  };
  return {
    async create(type: string, given: Record<string, FieldValue>) {
      const found = (await metadata.issueTypes('MYT')).find(({ name }) => name === type);
      const choices = await metadata.createFields('MYT', found?.id ?? '');
      const fields = {
        project: { key: 'MYT' },
        issuetype: { id: found?.id },
        ...(await convert(choices, given)),
      };
      const answer = await requests.write({
        method: 'POST',
        url: `${requests.rest}/issue`,
        json: { fields },
        about: 'MYT',
      });
      const body = answer.json();
      return isFields(body) ? String(body.key) : '';
    },
    async update(key: string, given: Record<string, FieldValue>) {
      const fields = await convert(await metadata.editFields(key), given);
      await requests.write({ method: 'PUT', url: requests.pathOf(key), json: { fields }, about: key });
    },
    /** A field by its name. */
    async shown(key: string, name: string) {
      const answer = await requests.http.request({
        method: 'GET',
        url: `${requests.pathOf(key)}?expand=names`,
      });
      const body = answer.json();
      const { names, fields } = isFields(body) ? body : {};
      const id = Object.entries(isFields(names) ? names : {}).find(([, one]) => one === name)?.[0];
      return isFields(fields) ? fields[id ?? ''] : undefined;
    },
  };
}

const dana = expect.objectContaining({ displayName: 'Dana Developer' });
const named = (name: string) => expect.objectContaining({ name });
const valued = (value: string) => expect.objectContaining({ value });

const written: [name: string, given: FieldValue, shown: unknown][] = [
  ['Priority', 'high', named('High')],
  ['Component/s', 'Checkout, "Invoices, orders"', [named('Checkout'), named('Invoices, orders')]],
  ['Fix Version/s', '2.4', [named('2.4')]],
  ['Labels', 'till, money', ['till', 'money']],
  ['Assignee', 'Dana Developer', dana],
  ['Due date', '20261224', '2026-12-24'],
  ['Original Estimate', '1d 2h', undefined],
  ['Security Level', 'Team only', named('Team only')],
  ['Customer', 'ACME', 'ACME'],
  ['Go-live day', '2026-12-01', '2026-12-01'],
  ['Change window start', '2026-12-01T10:00:00+01:00', '2026-12-01T09:00:00.000+0000'],
  ['Severity', 's2', valued('S2')],
  ['Platforms', 'Web, iOS', [valued('Web'), valued('iOS')]],
  ['Checks', 'Security, privacy', [valued('Security, privacy')]],
  ['Region', 'Europe > France', expect.objectContaining({ value: 'Europe', child: valued('France') })],
  ['Approver', 'dana@tieline-demo.example', dana],
  ['Stakeholders', 'Dana Developer', [dana]],
  ['Team', 'developers', named('developers')],
  ['Teams to tell', 'developers', [named('developers')]],
  ['Affected project', 'ops', expect.objectContaining({ key: 'OPS' })],
  ['Found in', '2.3', named('2.3')],
  ['Merged to', '2.3, 2.4', [named('2.3'), named('2.4')]],
  ['Runbook', 'https://wiki.example/run', 'https://wiki.example/run'],
  ['Keywords', 'a, b', ['a', 'b']],
];

describe.each(editions)('fields of %s', (_edition, start) => {
  it('are set by what people write, and cleared', async () => {
    const { create, update, shown } = await open(start);
    const given = Object.fromEntries(written.map(([name, value]) => [name, value]));
    const key = await create('Bug', { Summary: 'All of them', ...given });
    const names: Record<string, string> = { 'Component/s': 'Components', 'Fix Version/s': 'Fix versions' };
    for (const [name, , expected] of written) {
      if (expected !== undefined) expect(await shown(key, names[name] ?? name), name).toEqual(expected);
    }
    expect(await shown(key, 'Time tracking')).toMatchObject({ originalEstimate: '1d 2h' });

    const cleared = ['Customer', 'Severity', 'Region', 'Approver', 'Platforms', 'Labels', 'Due date'];
    await update(key, Object.fromEntries(cleared.map((name) => [name, null])));
    for (const name of cleared) expect([null, []], name).toContainEqual(await shown(key, name));
  });

  it('take texts of paragraphs, and secrets', async () => {
    const { create, shown } = await open(start);
    const key = await create('Bug', {
      Summary: new Secret('the clear text of it'),
      Description: '# Why\n\nIt is **slow**\n\n- a_b\n- c',
      Environment: new Secret('token-1'),
    });
    expect(await shown(key, 'Summary')).toBe('the clear text of it');
    const description = await shown(key, 'Description');
    if (typeof description === 'string') expect(description).toBe('h1. Why\n\nIt is *slow*\n\n* a_b\n* c');
    else expect(plainTextOf(description)).toBe('Why\nIt is slow\na_b\nc');
    expect(plainTextOf(await shown(key, 'Environment'))).toBe('token-1');
  });

  it('lead to an epic, by its name in either edition, and to a sprint', async () => {
    const { create, update, shown } = await open(start);
    const isCloud = _edition === 'Jira Cloud';
    const epic = await create('Epic', { Summary: 'Faster', ...(!isCloud && { 'Epic Name': 'Fast' }) });
    const story = await create('Story', { Summary: 'Cache', 'Epic Link': epic, Sprint: '3' });
    const above = () => (isCloud ? shown(story, 'Parent') : shown(story, 'Epic Link'));
    expect(await above()).toEqual(isCloud ? expect.objectContaining({ key: epic }) : epic);
    expect(JSON.stringify(await shown(story, 'Sprint'))).toContain('MYT Sprint 3');
    await update(story, { Parent: '' });
    expect((await above()) ?? null).toBeNull();
  });
});
