import { hash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../../database/index.ts';
import type { CommitInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import { acceptDeliveries, type NewDelivery } from '../../../work/index.ts';
import type { Link } from '../links/link-store.ts';
import { splitByProjects } from '../memory/issue-keys.ts';
import { parseSmartCommands, type SmartCommand } from './parse.ts';

/** The topic of what commit messages ask Jira to do. */
export const smartCommitTopic = 'smart-commit';

/** A command for one issue, as the ledger keeps it. */
export interface SmartCommitBody {
  linkId: string;
  sha: string;
  repository: string;
  author: { name: string; email?: string };
  authoredAt: string;
  issueKey: string;
  position: number;
  command: SmartCommand;
}

/** Git keeps whole seconds. */
const gitTickMs = 1_000;
/** One commit asks for no more; the rest would hardly be meant. */
const mostOfCommit = 100;

/**
 * Leaves the commands of commits in the ledger, each once: also when its commit comes again, on another branch, or by a
 * rebase, which keeps the author and the moment. Commits from before the link, or before the switch was turned on, are
 * left alone. Within the caller's transaction.
 */
export type TakeSmartCommits = (
  trx: Kysely<Schema>,
  given: { link: Link; repository: RepositoryInfo; commits: CommitInfo[] },
) => Promise<void>;

/** See {@link TakeSmartCommits}. */
export function createTakeSmartCommits(now: () => Date): TakeSmartCommits {
  return async (trx, { link, repository, commits }) => {
    if (link.smartCommits === 'off') return;
    const since = new Date(link.smartCommitsSince.getTime() - gitTickMs);
    const bodies = commits
      .filter(({ at, message }) => message.includes('#') && at > since)
      .flatMap((commit) => bodiesOf(link, repository, commit));
    if (bodies.length === 0) return;
    const rows = bodies.map(({ sha, issueKey, position, command, author, authoredAt }) => ({
      sha,
      issueKey,
      position,
      fingerprint: hash('sha256', JSON.stringify([author.email ?? author.name, authoredAt, command])),
    }));
    const fresh = await sql<{ sha: string; issueKey: string; position: number }>`
      insert into smart_commands (link_id, sha, issue_key, position, fingerprint)
      select ${link.id}::uuid, sha, "issueKey", position, fingerprint
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(sha text, "issueKey" text, position integer,
        fingerprint text) order by sha, "issueKey", position
      on conflict do nothing returning sha, issue_key as "issueKey", position`.execute(trx);
    const isFresh = new Set(fresh.rows.map(nameOf));
    await acceptDeliveries(
      trx,
      bodies.filter((body) => isFresh.has(nameOf(body))).map((body) => deliveryOf(link, body)),
      now(),
    );
  };
}

const nameOf = ({ sha, issueKey, position }: Pick<SmartCommitBody, 'sha' | 'issueKey' | 'position'>) =>
  `${sha} ${issueKey} ${position}`;

function bodiesOf(link: Link, repository: RepositoryInfo, commit: CommitInfo): SmartCommitBody[] {
  const { sha, author, at, message } = commit;
  const positions = new Map<string, number>();
  return parseSmartCommands(message.replaceAll('\0', '\ufffd').toWellFormed())
    .flatMap(({ issueKeys, command }) =>
      splitByProjects(issueKeys, link.projects).allowed.map((issueKey): SmartCommitBody => {
        const position = positions.get(issueKey) ?? 0;
        positions.set(issueKey, position + 1);
        return {
          linkId: link.id,
          sha,
          repository: repository.name,
          author: { name: author.name, ...(author.email === undefined ? {} : { email: author.email }) },
          authoredAt: at.toISOString(),
          issueKey,
          position,
          command,
        };
      }),
    )
    .slice(0, mostOfCommit);
}

function deliveryOf(link: Link, body: SmartCommitBody): NewDelivery {
  const { sha, repository, issueKey, position, command, authoredAt } = body;
  const name = command.kind === 'transition' ? command.name : command.kind;
  const orderingKey = `${link.id} ${sha} ${issueKey} ${position}`;
  return {
    direction: 'out',
    topic: smartCommitTopic,
    connectionId: link.jiraConnectionId,
    // Commands for one issue go one after the other.
    stream: `${smartCommitTopic}:${link.jiraConnectionId}:${issueKey}`,
    orderingKey,
    eventAt: new Date(authoredAt),
    summary: `#${name} of commit ${sha.slice(0, 10)} in ${repository}`,
    issueKeys: [issueKey],
    dedupe: { namespace: smartCommitTopic, key: orderingKey },
    body: JSON.stringify(body),
    facts: { link: link.id, repository, kind: 'commit', id: sha },
  };
}
