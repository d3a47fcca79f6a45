import { afterEach, describe, expect, it } from 'vitest';
import type { FieldChoice, JiraMetadata } from '../../kit/jira-metadata.ts';
import { openConnection } from './fixtures/connection.ts';
import { startSimulatedCloud } from './fixtures/simulated-cloud.ts';
import { startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import { type Received, type Reply, startWebServer } from './fixtures/web-server.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function metadataOf(connection: Parameters<NonNullable<typeof jira.jira>>[0]): Promise<JiraMetadata> {
  const client = jira.jira?.(connection);
  if (client === undefined) throw new Error('the connector gives no client');
  return client.metadata;
}

async function onCloud(user = 'dana') {
  const cloud = await startSimulatedCloud();
  closing.push(cloud.close);
  return metadataOf(await cloud.connect(cloud.user(user)));
}

async function selfHosted(version: string, name = 'dana') {
  const site = await startSimulatedDataCenter({ version });
  closing.push(site.close);
  return metadataOf(await site.connect(site.byPassword(name)));
}

const named = (fields: FieldChoice[], key: string) => fields.find((field) => field.key === key);

/** The same questions, whatever the edition and the shape of its create metadata. */
const editions: [string, () => Promise<JiraMetadata>][] = [
  ['Jira Cloud', () => onCloud()],
  ['Jira 10.3', () => selfHosted('10.3.24')],
  ['Jira 8.20, with both shapes of create metadata', () => selfHosted('8.20.0')],
  ['Jira 7.6, with the old shape alone', () => selfHosted('7.6.1')],
];

describe.each(editions)('what forms offer, from %s', (edition, open) => {
  it('projects, issue types and statuses', async () => {
    const metadata = await open();
    const projects = await metadata.projects();
    expect(projects.find(({ key }) => key === 'MYT')).toMatchObject({
      id: expect.any(String),
      name: 'My Team',
    });
    const types = await metadata.issueTypes('MYT');
    expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['Story', 'Task', 'Bug']));
    expect(types[0]).toMatchObject({ description: expect.any(String), isSubtask: expect.any(Boolean) });
    const done = (await metadata.statuses('MYT')).find(({ name }) => name === 'Done');
    expect(done).toMatchObject({ category: 'done', issueTypes: expect.arrayContaining(['Story', 'Bug']) });
  });

  it('the fields of a create screen, with what may be chosen', async () => {
    const metadata = await open();
    const story = (await metadata.issueTypes('MYT')).find(({ name }) => name === 'Story');
    const fields = await metadata.createFields('MYT', story?.id ?? '');
    expect(named(fields, 'summary')).toMatchObject({
      name: 'Summary',
      required: true,
      schema: { type: 'string', system: 'summary' },
      operations: ['set'],
    });
    expect(named(fields, 'priority')?.allowedValues).toContainEqual({
      id: expect.any(String),
      label: 'High',
      children: [],
    });
    const cascading = fields.find(({ schema }) => schema.type === 'option-with-child');
    expect(cascading?.allowedValues?.[0]?.children.length).toBeGreaterThan(0);
    expect(named(fields, 'labels')).toMatchObject({ schema: { type: 'array', items: 'string' } });
    expect(fields.find(({ schema }) => schema.custom?.endsWith(':gh-sprint'))).toBeDefined();
    expect(new Set(fields.map(({ key }) => key)).size).toBe(fields.length);
  });

  it('the fields of an issue, and the ways out of its status', async () => {
    const metadata = await open();
    expect(named(await metadata.editFields('MYT-1'), 'summary')).toMatchObject({ name: 'Summary' });
    const transitions = await metadata.transitions('MYT-1');
    expect(transitions.map(({ toStatus }) => toStatus)).toContainEqual({
      id: expect.any(String),
      name: 'Done',
      category: 'done',
    });
    expect(transitions.every(({ fields }) => Array.isArray(fields))).toBe(true);
  });

  it('users by a part of the name', async () => {
    const metadata = await open();
    const [dana] = await metadata.users('Dana');
    expect(dana).toMatchObject({
      id: edition === 'Jira Cloud' ? '5b10ac8d82e05b22cc7d4e03' : 'dana',
      displayName: 'Dana Developer',
      email: 'dana@tieline-demo.example',
      active: true,
    });
    expect(await metadata.users('Nobody Atall')).toEqual([]);
    expect(await metadata.users('  ')).toEqual([]);
  });

  it('nothing of what is not there, by its name', async () => {
    const metadata = await open();
    for (const asked of [
      metadata.issueTypes('GONE'),
      metadata.statuses('GONE'),
      metadata.createFields('GONE', '1'),
    ]) {
      await expect(asked).rejects.toMatchObject({
        code: 'resource-not-found',
        message: expect.stringContaining('project GONE'),
      });
    }
    for (const asked of [metadata.editFields('MYT-999'), metadata.transitions('MYT-999')]) {
      await expect(asked).rejects.toMatchObject({
        code: 'resource-not-found',
        message: expect.stringContaining('issue MYT-999'),
      });
    }
  });
});

/** Jira Cloud as a web server that answers as told. */
async function fake(routes: Record<string, Reply | ((received: Received) => Reply)>) {
  const server = await startWebServer({
    'GET /rest/api/2/serverInfo': {
      body: { baseUrl: 'x', version: '1001.0.0', versionNumbers: [1001], deploymentType: 'Cloud' },
    },
    ...routes,
  });
  const platform = { type: 'api-token', email: 'ann@example.com', token: { secret: 'an-api-token' } };
  const { connection, close } = await openConnection({
    baseUrl: server.url,
    gatewayUrl: server.url,
    platform,
  });
  closing.push(close, server.close);
  return { server, metadata: await metadataOf(connection) };
}

describe('lists that come in pages', () => {
  const projects = Array.from({ length: 230 }, (_, n) => ({ id: n, key: `P${n}`, name: `Project ${n}` }));
  const startOf = ({ path }: Received) => Number(new URL(path, 'http://jira').searchParams.get('startAt'));

  it.each([
    ['isLast', (start: number) => ({ isLast: start + 70 >= projects.length })],
    ['the total', () => ({ total: projects.length })],
    ['an empty page alone', () => ({})],
  ])('are read to their end, told by %s, though pages are smaller than asked', async (_, end) => {
    const { metadata } = await fake({
      'GET /rest/api/3/project/search': (received) => {
        const start = startOf(received);
        const size = Object.keys(end(start)).length === 0 ? 100 : 70;
        return { body: { startAt: start, values: projects.slice(start, start + size), ...end(start) } };
      },
    });
    const read = await metadata.projects();
    expect(read.map(({ id }) => id)).toEqual(projects.map(({ id }) => String(id)));
  });

  it('that never end are given up', async () => {
    const page = { values: projects.slice(0, 1), isLast: false };
    const { metadata } = await fake({ 'GET /rest/api/3/project/search': { body: page } });
    await expect(metadata.projects()).rejects.toMatchObject({ code: 'answer-unexpected' });
  });
});

describe('fields of odd shapes', () => {
  const fieldsOf = async (fields: unknown[]) => {
    const body = { startAt: 0, maxResults: 100, total: fields.length, fields };
    const { metadata } = await fake({ 'GET /rest/api/3/issue/createmeta/MYT/issuetypes/1': { body } });
    return metadata.createFields('MYT', '1');
  };

  it('are kept as they are: schemas that are not known here, values as texts, no operations', async () => {
    expect(
      await fieldsOf([
        {
          fieldId: 'customfield_1',
          name: 'Sentiment',
          required: false,
          schema: { type: 'sd-sentiment', custom: 'com.example:sentiment', customId: 1 },
          allowedValues: ['red', { value: 'blue', id: 7 }, null, 5],
        },
        { key: 'description', name: 'Description', required: true, hasDefaultValue: true },
      ]),
    ).toEqual([
      {
        key: 'customfield_1',
        name: 'Sentiment',
        required: false,
        hasDefault: false,
        schema: { type: 'sd-sentiment', custom: 'com.example:sentiment' },
        operations: [],
        allowedValues: [
          { id: 'red', label: 'red', children: [] },
          { id: '7', label: 'blue', children: [] },
        ],
      },
      {
        key: 'description',
        name: 'Description',
        required: true,
        hasDefault: true,
        schema: { type: 'any' },
        operations: [],
      },
    ]);
  });

  it('without a name of their own are an answer of another shape', async () => {
    await expect(fieldsOf([{ name: 'Nameless' }])).rejects.toMatchObject({
      code: 'answer-unexpected',
      message: expect.stringContaining('a field without a key'),
    });
  });
});
