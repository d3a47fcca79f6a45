import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import { type Database, errorCodeOf, prepared, type Schema, type Vault } from '../../../database/index.ts';
import type { CodeScope } from '../../../kit/code-host.ts';
import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import { acceptDeliveries } from '../../../work/index.ts';
import { type Change, withinScopes } from '../../access/index.ts';
import type { RepositoryFilter } from './link-filter.ts';
import { webhookRemovals } from './webhook-removal.ts';

/** A part of the host that a link covers, with its webhook there. */
export interface LinkScope {
  path: string;
  /** The webhook's id at the host; null when the token may not register one, or it is yet to be done. */
  subscription: string | null;
  /** Why there is no webhook of ours at the host, or why it is still there. */
  problem: { code: string; message: string; hint: string } | null;
}

/** Whether commands in commit messages are carried out; `auto`: on where Jira does not do so itself, on a self-hosted one. */
export const smartCommitSwitch = ['auto', 'on', 'off'] as const;
export type SmartCommits = (typeof smartCommitSwitch)[number];

/** A code scope tied to one Jira connection. */
export interface Link extends RepositoryFilter {
  id: string;
  scope: string;
  name: string;
  hostConnectionId: string;
  jiraConnectionId: string;
  level: CodeScope['level'];
  /** The host's address. */
  host: string;
  scopes: LinkScope[];
  /** Jira projects that it may touch; null: all. */
  projects: string[] | null;
  hookId: string;
  firstHookAt: Date | null;
  lastHookAt: Date | null;
  disconnectingSince: Date | null;
  /** Set while what Jira shows does not follow the rules yet. */
  rulesChangedAt: Date | null;
  smartCommits: SmartCommits;
  /** When the switch was last set: commands of older commits are left alone. */
  smartCommitsSince: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** What may be changed of a link; everything else is decided when it is made. */
export interface LinkRules extends RepositoryFilter {
  name: string;
  projects: string[] | null;
  smartCommits: SmartCommits;
}

/** PostgreSQL's SQLSTATE. */
const uniqueViolation = '23505';
const contextOf = (id: string): string => `link-hook ${id}`;
const subjectOf = ({ id, name }: Pick<Link, 'id' | 'name'>) => ({ kind: 'link', id, name });

const source = sql`links join lateral (
  select min(host) as host, jsonb_agg(jsonb_build_object('path', path, 'subscription', subscription,
    'problem', subscription_problem) order by path) as scopes
  from link_scopes where link_id = links.id) as covered on true`;
const columns = sql`links.id, scope, name, host_connection_id as "hostConnectionId",
  jira_connection_id as "jiraConnectionId", level, covered.host, covered.scopes,
  include_repositories as "includeRepositories", exclude_repositories as "excludeRepositories", projects,
  hook_id as "hookId", first_hook_at as "firstHookAt", last_hook_at as "lastHookAt",
  disconnecting_since as "disconnectingSince", rules_changed_at as "rulesChangedAt", smart_commits as "smartCommits",
  smart_commits_since as "smartCommitsSince", created_at as "createdAt", updated_at as "updatedAt"`;

/** Stores links. */
export interface LinkStore {
  /** @throws name-taken, scope-linked when a scope of it is tied to Jira already */
  create(
    change: Change,
    wanted: LinkRules & {
      scope: string;
      hostConnectionId: string;
      jiraConnectionId: string;
      level: CodeScope['level'];
      host: string;
      paths: string[];
    },
  ): Promise<Link>;
  /**
   * Changes the rules, and of a link of projects also which they are; the webhooks of those that go are removed
   * afterwards. @throws as create, resource-not-found, link-disconnecting
   */
  change(change: Change, id: string, wanted: LinkRules & { paths: string[] }): Promise<Link>;
  /** Marks it: what it sent is to be withdrawn, then it is to be deleted. @throws resource-not-found */
  disconnect(change: Change, id: string): Promise<Link>;
  /** Deletes a link of which nothing is left. */
  remove(trx: Kysely<Schema>, id: string): Promise<void>;
  /** @throws resource-not-found */
  get(id: string): Promise<Link>;
  find(id: string): Promise<Link | undefined>;
  /** Those of a name, whatever its case, in every scope. */
  listNamed(name: string): Promise<Link[]>;
  findByHook(hookId: string): Promise<Link | undefined>;
  /** Those of scopes and below them, newest first. */
  list(page: { within: string[]; before?: string; limit: number }): Promise<Link[]>;
  listDisconnecting(): Promise<Link[]>;
  /** Those of which it was never tried to register some webhook, or was stopped by a problem of these codes. */
  listUnregistered(codes: string[]): Promise<Link[]>;
  listWithChangedRules(): Promise<Link[]>;
  /** Unless they were changed once more meanwhile. */
  markRulesFollowed(id: string, changedAt: Date): Promise<void>;
  /** What the host signs with. */
  secretOf(link: Pick<Link, 'id'>): Promise<Secret>;
  /** The same to be shown to whoever registers the webhook by hand. */
  secretTextOf(link: Pick<Link, 'id'>): Promise<string>;
  keepSubscription(id: string, scope: LinkScope): Promise<void>;
  keepHook(id: string, at: Date): Promise<void>;
  /** The link that covers a repository most closely. */
  findNearest(host: string, repositoryName: string): Promise<string | undefined>;
}

/** A link store on the database; the webhooks' secrets are sealed by the vault. */
export function createLinkStore(database: Database, vault: Vault): LinkStore {
  const { kysely } = database;
  const findWhere = async (where: ReturnType<typeof sql<boolean>>, db: Kysely<Schema> = kysely) =>
    (await sql<Link>`${prepared} select ${columns} from ${source} where ${where}`.execute(db)).rows;
  const sealedOf = async ({ id }: Pick<Link, 'id'>): Promise<Buffer> => {
    const found = await sql<{ sealed: Buffer }>`
      select sealed_hook_secret as sealed from links where id = ${id}::uuid`.execute(kysely);
    const row = found.rows[0];
    if (row === undefined) throw noLink(id);
    return row.sealed;
  };

  return {
    async create({ trx, note }, wanted) {
      const id = uuid();
      const { scope, name, level, host, paths, hostConnectionId, jiraConnectionId } = wanted;
      await assertFree(trx, { host, paths, jiraConnectionId });
      const secret = new Secret(randomBytes(32).toString('hex'));
      const sealed = await vault.seal(secret, contextOf(id));
      const made = await sql`
        insert into links (id, scope, name, host_connection_id, jira_connection_id, level, include_repositories,
          exclude_repositories, projects, smart_commits, hook_id, sealed_hook_secret)
        values (${id}, ${scope}, ${name}, ${hostConnectionId}::uuid, ${jiraConnectionId}::uuid, ${level},
          ${wanted.includeRepositories}, ${wanted.excludeRepositories}, ${wanted.projects}, ${wanted.smartCommits},
          ${randomBytes(24).toString('base64url')}, ${sealed})
        on conflict (scope, lower(name)) do nothing returning id`.execute(trx);
      if (made.rows.length === 0) throw taken(name, scope);
      await cover(trx, id, host, paths);
      const link = the(await findWhere(sql`links.id = ${id}::uuid`, trx), id);
      const details = { level, paths, hostConnectionId, jiraConnectionId };
      await note({ action: 'link.created', scope, subject: subjectOf(link), details });
      return link;
    },
    async change({ trx, note, now }, id, wanted) {
      await sql`select from links where id = ${id}::uuid for update`.execute(trx);
      const before = the(await findWhere(sql`links.id = ${id}::uuid`, trx), id);
      assertNotDisconnecting(before);
      const lost = before.scopes.filter(({ path }) => !wanted.paths.includes(path));
      const gained = wanted.paths.filter((path) => !before.scopes.some((covered) => covered.path === path));
      await assertFree(trx, { ...before, paths: gained });
      await sql`
        update links set name = ${wanted.name}, include_repositories = ${wanted.includeRepositories},
          exclude_repositories = ${wanted.excludeRepositories}, projects = ${wanted.projects},
          rules_changed_at = ${now}, smart_commits_since = case when smart_commits = ${wanted.smartCommits} then smart_commits_since else now() end,
          smart_commits = ${wanted.smartCommits},
          next_look_at = now(), updated_at = now()
        where id = ${id}::uuid`
        .execute(trx)
        .catch((error: unknown) => {
          throw errorCodeOf(error) === uniqueViolation ? taken(wanted.name, before.scope) : error;
        });
      await cover(trx, id, before.host, gained);
      await sql`delete from link_scopes where link_id = ${id}::uuid and not path = any(${wanted.paths}::text[])`.execute(
        trx,
      );
      await acceptDeliveries(trx, webhookRemovals(before, lost, now), now);
      const link = the(await findWhere(sql`links.id = ${id}::uuid`, trx), id);
      const { paths, ...rules } = wanted;
      await note({
        action: 'link.changed',
        scope: link.scope,
        subject: subjectOf(link),
        details: { rules, paths },
      });
      return link;
    },
    async disconnect({ trx, note, now }, id) {
      await sql`update links set disconnecting_since = coalesce(disconnecting_since, ${now}), updated_at = now()
        where id = ${id}::uuid`.execute(trx);
      const link = the(await findWhere(sql`links.id = ${id}::uuid`, trx), id);
      await note({ action: 'link.disconnected', scope: link.scope, subject: subjectOf(link) });
      return link;
    },
    async remove(trx, id) {
      await sql`delete from links where id = ${id}::uuid`.execute(trx);
    },
    get: async (id) => the(await findWhere(sql`links.id = ${id}::uuid`), id),
    find: async (id) => (await findWhere(sql`links.id = ${id}::uuid`))[0],
    listNamed: (name) => findWhere(sql`lower(name) = lower(${name})`),
    findByHook: async (hookId) => (await findWhere(sql`hook_id = ${hookId}`))[0],
    async list({ within, before, limit }) {
      const found = await sql<Link>`
        select ${columns} from ${source} where ${withinScopes('scope', within)}
          and (${before ?? null}::uuid is null or links.id < ${before ?? null}::uuid)
        order by links.id desc limit ${limit}`.execute(kysely);
      return found.rows;
    },
    listDisconnecting: () => findWhere(sql`disconnecting_since is not null`),
    listUnregistered: (codes) =>
      findWhere(sql`disconnecting_since is null and exists (select from link_scopes
        where link_id = links.id and subscription is null
          and (subscription_problem is null or subscription_problem->>'code' = any(${codes}::text[])))`),
    listWithChangedRules: () => findWhere(sql`rules_changed_at is not null`),
    async markRulesFollowed(id, changedAt) {
      await sql`update links set rules_changed_at = null
        where id = ${id}::uuid and date_trunc('milliseconds', rules_changed_at) = ${changedAt}`.execute(
        kysely,
      );
    },
    secretOf: async (link) => vault.unseal(await sealedOf(link), contextOf(link.id)),
    secretTextOf: async (link) => vault.unsealText(await sealedOf(link), contextOf(link.id)),
    async keepSubscription(id, { path, subscription, problem }) {
      await sql`update link_scopes set subscription = ${subscription},
          subscription_problem = ${problem === null ? null : JSON.stringify(problem)}
        where link_id = ${id}::uuid and path = ${path}`.execute(kysely);
    },
    async keepHook(id, at) {
      await sql`update links set first_hook_at = coalesce(first_hook_at, ${at}), last_hook_at = ${at}
        where id = ${id}::uuid`.execute(kysely);
    },
    async findNearest(host, repositoryName) {
      const found = await sql<{ id: string }>`${prepared}
        select link_id as id from link_scopes
        where host = ${host} and (path = ${repositoryName} or starts_with(${repositoryName}, path || '/'))
        order by length(path) desc limit 1`.execute(kysely);
      return found.rows[0]?.id;
    },
  };
}

async function cover(trx: Kysely<Schema>, id: string, host: string, paths: string[]): Promise<void> {
  if (paths.length === 0) return;
  await sql`insert into link_scopes (link_id, host, path)
    select ${id}::uuid, ${host}, path from unnest(${paths}::text[]) as path`.execute(trx);
}

/**
 * A scope has one Jira: neither it, nor one above or below it, may be tied to another. To the same Jira a scope may be
 * tied beside one above it, and then the nearest counts.
 */
async function assertFree(
  trx: Kysely<Schema>,
  { host, paths, jiraConnectionId }: { host: string; paths: string[]; jiraConnectionId: string },
): Promise<void> {
  if (paths.length === 0) return;
  // Two who link at the same moment: the second waits here and then finds the first.
  await sql`select pg_advisory_xact_lock(hashtextextended(${`link-scopes ${host}`}, 0))`.execute(trx);
  const found = await sql<{ path: string; name: string; jira: string; same: boolean; wanted: string }>`
    select link_scopes.path, links.name, connections.name as jira, wanted,
      links.jira_connection_id = ${jiraConnectionId}::uuid as same
    from unnest(${paths}::text[]) as wanted
      join link_scopes on link_scopes.host = ${host} and (link_scopes.path = wanted
        or starts_with(wanted, link_scopes.path || '/') or starts_with(link_scopes.path, wanted || '/'))
      join links on links.id = link_scopes.link_id
      join connections on connections.id = links.jira_connection_id`.execute(trx);
  const clash = found.rows.find(({ path, wanted, same }) => path === wanted || !same);
  if (clash === undefined) return;
  throw new TielineError(
    'scope-linked',
    clash.path === clash.wanted
      ? `${clash.wanted} is tied to the Jira connection "${clash.jira}" already, by the link "${clash.name}"`
      : `${clash.wanted} lies within the same tree as ${clash.path}, which the link "${clash.name}" ties to another Jira connection, "${clash.jira}"`,
  );
}

/** What disconnecting takes away must not come back meanwhile. @throws link-disconnecting */
export function assertNotDisconnecting(link: Link): void {
  if (link.disconnectingSince !== null) throw disconnecting(link);
}

export const disconnecting = ({ name }: Pick<Link, 'name'>): TielineError =>
  new TielineError('link-disconnecting', `The link "${name}" is being disconnected`);

const taken = (name: string, scope: string): TielineError =>
  new TielineError('name-taken', `There is a link "${name}" in ${scope} already`);

export const noLink = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no link "${id}"`);

function the([link]: Link[], id: string): Link {
  if (link === undefined) throw noLink(id);
  return link;
}
