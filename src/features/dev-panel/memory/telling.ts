import type { CommitInfo, DevEntity, DevEntityKey } from '../../../kit/dev-info.ts';
import type { NewDelivery } from '../../../work/index.ts';
import type { Link } from '../links/link-store.ts';

/** The topic of what Jira is told of branches, commits and pull requests. */
export const developmentTopic = 'development';

/** What Jira must be told of one entity. */
export interface Telling {
  entity: DevEntity;
  /** The moment that orders it among the states of the entity. */
  at: Date;
  /** Keys that it names and the link may not touch. */
  refusedKeys: string[];
}

/** What the ledger keeps of a telling. */
export interface DevelopmentBody {
  linkId: string;
  backfill: boolean;
  entity: DevEntity;
}

/** Kinds of entity as sentences name them. */
export const kindNames = { branch: 'Branch', commit: 'Commit', 'pull-request': 'Pull request' } as const;

/** By what an entity is known. */
export function keyOf(entity: DevEntity): DevEntityKey {
  const repositoryId = entity.repository.id;
  switch (entity.kind) {
    case 'branch':
      return { repositoryId, kind: 'branch', id: entity.branch.name };
    case 'commit':
      return { repositoryId, kind: 'commit', id: entity.commit.sha };
    case 'pull-request':
      return { repositoryId, kind: 'pull-request', id: String(entity.pullRequest.number) };
    case 'gone':
      return { repositoryId, kind: entity.of, id: entity.id };
  }
}

/**
 * Jira knows a repository by an id among everything that was sent with one credential. So each link has its own: what
 * one withdraws is never what another shows, nor the repository 7 of another host.
 */
const ofLink = (entity: DevEntity, link: Pick<Link, 'id'>): DevEntity => ({
  ...entity,
  repository: { ...entity.repository, id: `${link.id}-${entity.repository.id}` },
});

/** No panel shows more of a text; Jira takes 1,024 characters. The keys in the rest were found before. */
const mostShown = 2_048;
const cut = (text: string): string => text.slice(0, mostShown).toWellFormed();
const cutCommit = (commit: CommitInfo): CommitInfo => ({ ...commit, message: cut(commit.message) });

/** The entity with no more of its texts than can be shown: a commit's message may be long, and each is kept for 30 days. */
function shortened(entity: DevEntity): DevEntity {
  switch (entity.kind) {
    case 'branch':
      return { ...entity, branch: { ...entity.branch, head: cutCommit(entity.branch.head) } };
    case 'commit':
      return { ...entity, commit: cutCommit(entity.commit) };
    case 'pull-request': {
      const { title, description } = entity.pullRequest;
      return {
        ...entity,
        pullRequest: { ...entity.pullRequest, title: cut(title), description: cut(description) },
      };
    }
    case 'gone':
      return entity;
  }
}

/** A line for lists: `Pull request 4 in acme/shop: open`. */
function summaryOf(entity: DevEntity): string {
  const { kind, id } = keyOf(entity);
  const subject = `${kindNames[kind]} ${kind === 'commit' ? id.slice(0, 10) : id} in ${entity.repository.name}`;
  if (entity.kind === 'gone') return `${subject}: withdrawn`;
  if (entity.kind === 'pull-request') return `${subject}: ${entity.pullRequest.state}`;
  return subject;
}

/**
 * The delivery of a telling; without a dedupe key, because the memory tells nothing twice, and in order, because it knows
 * what it told before: a branch that went may come again by a slower clock. What is told of one link goes out together,
 * old things apart from new ones: both are properties of Jira's request, not of an entity.
 */
export function tellingDelivery(options: {
  link: Pick<Link, 'id' | 'jiraConnectionId'>;
  telling: Telling;
  backfill: boolean;
}): NewDelivery {
  const { link, telling, backfill } = options;
  const { at, refusedKeys } = telling;
  const entity = shortened(ofLink(telling.entity, link));
  const { repositoryId, kind, id } = keyOf(entity);
  const body: DevelopmentBody = { linkId: link.id, backfill, entity };
  const orderingKey = `${repositoryId} ${kind} ${id}`;
  return {
    direction: 'out',
    topic: developmentTopic,
    connectionId: link.jiraConnectionId,
    stream: `${developmentTopic}:${link.jiraConnectionId}:${link.id}:${backfill ? 'backfill' : 'normal'}`,
    orderingKey,
    eventAt: at,
    inOrder: true,
    summary: summaryOf(entity),
    issueKeys: [...new Set([...entity.issueKeys, ...entity.formerIssueKeys])],
    refusedKeys,
    body: JSON.stringify(body),
    facts: { link: link.id, repository: entity.repository.name, kind, id },
  };
}
