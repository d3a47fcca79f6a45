import type { JiraClient } from '../../kit/jira.ts';
import type { JiraMetadata } from '../../kit/jira-metadata.ts';
import type { Fetched, MetadataCache, Question } from './metadata-cache.ts';

/** Projects, types, statuses and fields change rarely; people come and go while somebody types a name. */
const usualAgeMs = 10 * 60 * 1000;
const usersAgeMs = 60 * 1000;

/** What of Jira's choices is kept: under which key, for how long. */
export const keptQuestions = {
  projects: () => ({ key: 'projects', maxAgeMs: usualAgeMs }),
  issueTypes: (project: string) => ({ key: `issue-types/${project}`, maxAgeMs: usualAgeMs }),
  statuses: (project: string) => ({ key: `statuses/${project}`, maxAgeMs: usualAgeMs }),
  createFields: (project: string, type: string) => ({
    key: `fields/${project}/${type}`,
    maxAgeMs: usualAgeMs,
  }),
  users: (query: string) => ({ key: `users/${query}`, maxAgeMs: usersAgeMs }),
} satisfies Partial<Record<keyof JiraMetadata, (...given: string[]) => KeptQuestion>>;

/** How an answer is kept. */
export type KeptQuestion = Pick<Question<unknown>, 'key' | 'maxAgeMs'>;

/** What Jira offers to choose from: `kept` answers from memory where it is young enough, `fresh` asks and keeps that. */
export type MetadataOf = (connectionId: string) => { kept: JiraMetadata; fresh: JiraMetadata };

/** The choices of connections, over the same memory as that of the forms. */
export function createMetadataOf(parts: {
  cache: MetadataCache;
  open: { get(id: string): Promise<{ stored: Question<unknown>['connection'] }> };
  jiraClients: { get(id: string): Promise<Pick<JiraClient, 'metadata'>> };
}): MetadataOf {
  const { cache, open, jiraClients } = parts;

  const metadataOf = (connectionId: string, refresh: boolean): JiraMetadata => {
    const ask = async <T>(question: (metadata: JiraMetadata) => Promise<T[]>): Promise<T[]> =>
      question((await jiraClients.get(connectionId)).metadata);
    const kept = async <T>(
      how: KeptQuestion,
      question: (metadata: JiraMetadata) => Promise<T[]>,
    ): Promise<T[]> => {
      const { stored } = await open.get(connectionId);
      const { items }: Fetched<T> = await cache.get({
        ...how,
        connection: stored,
        refresh,
        ask: () => ask(question),
      });
      return items;
    };
    return {
      projects: () => kept(keptQuestions.projects(), (metadata) => metadata.projects()),
      issueTypes: (project) =>
        kept(keptQuestions.issueTypes(project), (metadata) => metadata.issueTypes(project)),
      statuses: (project) => kept(keptQuestions.statuses(project), (metadata) => metadata.statuses(project)),
      createFields: (project, type) =>
        kept(keptQuestions.createFields(project, type), (metadata) => metadata.createFields(project, type)),
      users: (query) => kept(keptQuestions.users(query), (metadata) => metadata.users(query)),
      // What hangs on an issue may have changed a moment ago.
      editFields: (issueKey) => ask((metadata) => metadata.editFields(issueKey)),
      transitions: (issueKey) => ask((metadata) => metadata.transitions(issueKey)),
    };
  };
  return (connectionId) => ({ kept: metadataOf(connectionId, false), fresh: metadataOf(connectionId, true) });
}
