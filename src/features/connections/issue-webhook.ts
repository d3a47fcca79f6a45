import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../database/index.ts';
import type { JiraClients } from './jira-clients.ts';

/**
 * How to remove the webhook that was registered at Jira for the steps that wait at a connection; undefined when there is
 * none. Asked before the connection is deleted, done afterwards, for then its credential is nowhere any more.
 * @throws as opening the connection does
 */
export async function findIssueWebhook(
  { kysely, jiraClients }: { kysely: Kysely<Schema>; jiraClients: JiraClients },
  connectionId: string,
): Promise<(() => Promise<void>) | undefined> {
  const { rows } = await sql<{ registration: string }>`
    select registration from issue_watches
    where connection_id = ${connectionId}::uuid and registration is not null`.execute(kysely);
  const [watch] = rows;
  if (watch === undefined) return undefined;
  const { webhooks } = await jiraClients.get(connectionId);
  return () => webhooks.unregister(watch.registration);
}
