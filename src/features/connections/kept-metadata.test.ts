import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestHubWithJira, type TestHubWithJira } from '../../../test/hub.ts';
import type { JiraMetadata } from '../../kit/jira-metadata.ts';
import { createMetadataOf } from './kept-metadata.ts';
import { createMetadataCache } from './metadata-cache.ts';

let hub: TestHubWithJira;
let connectionId: string;
let now = new Date('2026-03-01T12:00:00Z');
beforeAll(async () => {
  hub = await startTestHubWithJira();
  connectionId = (await hub.connectJira()).id;
});
afterAll(() => hub.close());

it('asks Jira once for what changes rarely, anew when told to, and always for what hangs on an issue', async () => {
  const asked: string[] = [];
  let projects = [{ id: '1', key: 'MYT', name: 'My team' }];
  const metadata: Pick<JiraMetadata, 'projects' | 'transitions'> = {
    async projects() {
      asked.push('projects');
      return projects;
    },
    async transitions(issueKey) {
      asked.push(`transitions of ${issueKey}`);
      return [];
    },
  };
  const metadataOf = createMetadataOf({
    cache: createMetadataCache(hub.database, () => now),
    open: { get: async (id) => ({ stored: { id, revision: 1 } }) },
    jiraClients: { get: async () => ({ metadata: metadata as JiraMetadata }) },
  });
  const { kept, fresh } = metadataOf(connectionId);
  expect(await kept.projects()).toEqual(projects);
  projects = [...projects, { id: '2', key: 'OPS', name: 'Operations' }];
  expect(await kept.projects()).toHaveLength(1);
  expect(await fresh.projects()).toHaveLength(2);
  expect(await kept.projects()).toHaveLength(2);
  now = new Date(now.getTime() + 11 * 60_000);
  await kept.projects();
  await kept.transitions('MYT-1');
  await kept.transitions('MYT-1');
  expect(asked).toEqual(['projects', 'projects', 'projects', 'transitions of MYT-1', 'transitions of MYT-1']);
});
