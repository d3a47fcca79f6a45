import { sql } from 'kysely';
import type { Database, Vault } from '../../../database/index.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import type { Place } from '../memory/memory.ts';

/** A webhook that a Jira registered. */
export interface PanelHook {
  id: number;
  url: string;
  contentType: 'form' | 'json';
  events: string[];
  active: boolean;
  hasSecret: boolean;
  createdAt: Date;
}

/** What of a hook its registrar decides. */
export type WantedHook = Pick<PanelHook, 'url' | 'contentType' | 'events' | 'active'> & {
  secret: string | undefined;
};

/** What a hook can be called of: GitHub's own words. */
export type PanelEvent = 'push' | 'pull_request';

/** A hook that is to be called. */
export interface DueHook extends Pick<PanelHook, 'id' | 'url' | 'contentType' | 'events'> {
  linkId: string;
  jiraConnectionId: string;
  callbackUrl: string;
  repositoryId: string;
  /** Undefined when the hub has forgotten it. */
  repository: RepositoryInfo | undefined;
  dueEvents: PanelEvent[];
  sealedSecret: Buffer | null;
  failures: number;
}

/** Why a call failed, as it is kept. */
export interface CallProblem {
  code: string;
  message: string;
  hint: string;
}

/** How the calls of a link's hooks went. */
export interface HookSummary {
  count: number;
  calledAt: Date | null;
  /** The first ones whose last call failed. */
  failing: (CallProblem & { url: string; repository: string; calledAt: Date; retryAt: Date | null })[];
}

/** GitHub's own bound, there for each event. */
const mostOfRepository = 20;
const mostShown = 20;
const mostAtOnce = 500;

const columns = sql`id, url, content_type as "contentType", events, active,
  sealed_secret is not null as "hasSecret", created_at as "createdAt"`;
const of = ({ linkId, repositoryId }: Place) =>
  sql`link_id = ${linkId}::uuid and repository_id = ${repositoryId}`;
const contextOf = ({ linkId, url }: { linkId: string; url: string }) => `panel-hook ${linkId} ${url}`;

/** The webhooks of repositories that Jiras registered, and when each is to be called. */
export function createHookStore({ kysely }: Database, vault: Vault) {
  return {
    async list(place: Place): Promise<PanelHook[]> {
      const found =
        await sql<PanelHook>`select ${columns} from panel_hooks where ${of(place)} order by id`.execute(
          kysely,
        );
      return found.rows;
    },
    /** One of the same address and form that is there already is changed. @throws request-invalid beyond the bound */
    async put(place: Place, { url, contentType, events, active, secret }: WantedHook): Promise<PanelHook> {
      const sealed =
        secret === undefined
          ? null
          : await vault.seal(new Secret(secret), contextOf({ linkId: place.linkId, url }));
      const put = await sql<PanelHook>`
        insert into panel_hooks (link_id, repository_id, url, content_type, events, active, sealed_secret)
        select ${place.linkId}::uuid, ${place.repositoryId}, ${url}, ${contentType}, ${events}::text[], ${active},
          ${sealed}::bytea
        where (select count(*) from panel_hooks where ${of(place)} and (url, content_type) <> (${url}, ${contentType}))
          < ${mostOfRepository}
        on conflict (link_id, repository_id, url, content_type) do update set events = excluded.events,
          active = excluded.active, sealed_secret = excluded.sealed_secret
        returning ${columns}`.execute(kysely);
      const [hook] = put.rows;
      if (hook !== undefined) return hook;
      throw new TielineError('request-invalid', `A repository takes ${mostOfRepository} webhooks at most`, {
        hint: 'Delete those that nobody needs any more.',
      });
    },
    /** Whether there was one. */
    async remove(place: Place, id: number): Promise<boolean> {
      const gone = await sql`delete from panel_hooks where ${of(place)} and id = ${id} returning 1`.execute(
        kysely,
      );
      return gone.rows.length > 0;
    },
    /** Whether a Jira has any hook. */
    async isListening(jiraConnectionId: string): Promise<boolean> {
      const found = await sql`
        select 1 from panel_hooks join links on links.id = link_id
        where jira_connection_id = ${jiraConnectionId}::uuid limit 1`.execute(kysely);
      return found.rows.length > 0;
    },
    /** Has the hooks of a repository that want one of these events called at that moment, or sooner. */
    async markDue(place: Place, events: PanelEvent[], at: Date): Promise<void> {
      await sql`
        update panel_hooks set due_at = least(due_at, ${at}::timestamptz),
          due_events = ${events}::text[] || case when due_at is null then '{}' else due_events end
        where ${of(place)} and active and events && ${[...events, '*']}::text[]`.execute(kysely);
    },
    /** Takes those whose moment has come, as this caller's: no other is given them. */
    async takeDue(now: Date): Promise<DueHook[]> {
      const taken = await sql<DueHook>`
        with due as (
          select id from panel_hooks where due_at <= ${now} order by due_at limit ${mostAtOnce} for update skip locked
        ), taken as (
          update panel_hooks set due_at = null where id in (select id from due) returning *
        )
        select taken.id, taken.url, content_type as "contentType", events, taken.link_id as "linkId",
          jira_connection_id as "jiraConnectionId", callback_url as "callbackUrl",
          taken.repository_id as "repositoryId", info as repository, due_events as "dueEvents",
          sealed_secret as "sealedSecret", failures
        from taken join links on links.id = taken.link_id join panel_applications using (link_id)
          left join dev_repositories using (link_id, repository_id)
        where disconnecting_since is null order by taken.id`.execute(kysely);
      return taken.rows.map((row) => ({ ...row, repository: row.repository ?? undefined }));
    },
    secretOf: async ({ sealedSecret, ...hook }: DueHook): Promise<Secret | undefined> =>
      sealedSecret === null ? undefined : vault.unseal(sealedSecret, contextOf(hook)),
    async keepSuccess({ id }: DueHook, at: Date): Promise<void> {
      await sql`update panel_hooks set called_at = ${at}, failures = 0, problem = null where id = ${id}`.execute(
        kysely,
      );
    },
    async keepFailure(
      { id, failures }: DueHook,
      { at, problem, retryAt }: { at: Date; problem: CallProblem; retryAt: Date | null },
    ): Promise<void> {
      await sql`
        update panel_hooks set called_at = ${at}, failures = ${failures + 1}, problem = ${JSON.stringify(problem)}::jsonb,
          due_at = least(due_at, ${retryAt}::timestamptz)
        where id = ${id}`.execute(kysely);
    },
    async summarize(linkId: string): Promise<HookSummary> {
      const counted = await sql<Pick<HookSummary, 'count' | 'calledAt'>>`
        select count(*)::int as count, max(called_at) as "calledAt" from panel_hooks
        where link_id = ${linkId}::uuid`.execute(kysely);
      const failing = await sql<
        Omit<HookSummary['failing'][number], keyof CallProblem> & { problem: CallProblem }
      >`
        select url, coalesce(name, repository_id) as repository, called_at as "calledAt", due_at as "retryAt", problem
        from panel_hooks left join dev_repositories using (link_id, repository_id)
        where link_id = ${linkId}::uuid and problem is not null
        order by called_at desc, id limit ${mostShown}`.execute(kysely);
      return {
        ...(counted.rows[0] ?? { count: 0, calledAt: null }),
        failing: failing.rows.map(({ problem, ...one }) => ({ ...one, ...problem })),
      };
    },
  };
}

export type HookStore = ReturnType<typeof createHookStore>;
