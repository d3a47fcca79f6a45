import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import { withinScopes } from '../scopes.ts';

/** A line of the audit log. */
export interface AuditLine {
  id: string;
  at: Date;
  actor: { kind: string; id: string; name: string; token: { id: string; name: string } | null };
  address: string | null;
  action: string;
  scope: string;
  subject: { kind: string; id: string; name: string };
  details: Record<string, unknown> | null;
}

/** Which lines: all that is given must hold. */
export interface AuditFilter {
  /** Scopes into which the reader may look; those below count. */
  within: string[];
  /** A subject by `kind`, or by its id or name. */
  subjectKind?: string;
  subject?: string;
  /** Who did it, by id or name. */
  actor?: string;
  action?: string;
  from?: Date;
  to?: Date;
}

const columns = sql`id, at, address, action, scope, details,
  json_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name, 'token',
    case when token_id is not null then json_build_object('id', token_id, 'name', token_name) end) as actor,
  json_build_object('kind', subject_kind, 'id', subject_id, 'name', subject_name) as subject`;

/** A page of the log, newest first or oldest first; `after` is the id of the last line of the page before. */
export async function listAudit(
  database: Database,
  filter: AuditFilter,
  { order, after, limit }: { order: 'newest' | 'oldest'; after?: string; limit: number },
): Promise<AuditLine[]> {
  const { subjectKind, subject, actor, action, from, to } = filter;
  const conditions = [
    withinScopes('scope', filter.within),
    ...(subjectKind === undefined ? [] : [sql`subject_kind = ${subjectKind}`]),
    ...(subject === undefined ? [] : [sql`(subject_id = ${subject} or subject_name = ${subject})`]),
    ...(actor === undefined ? [] : [sql`(actor_id::text = ${actor} or actor_name = ${actor})`]),
    ...(action === undefined ? [] : [sql`action = ${action}`]),
    ...(from === undefined ? [] : [sql`at >= ${from}`]),
    ...(to === undefined ? [] : [sql`at < ${to}`]),
    ...(after === undefined
      ? []
      : [order === 'newest' ? sql`id < ${after}::uuid` : sql`id > ${after}::uuid`]),
  ];
  const found = await sql<AuditLine>`
    select ${columns} from audit_log where ${sql.join(conditions, sql` and `)}
    order by id ${order === 'newest' ? sql`desc` : sql`asc`} limit ${limit}`.execute(database.kysely);
  return found.rows;
}

/** Lines that are read from the database at a time while the whole log is written out. */
const linesAtATime = 500;

/** Every line that the filter leaves, oldest first, read only as fast as it is taken. */
export async function* readAudit(database: Database, filter: AuditFilter): AsyncGenerator<AuditLine> {
  let after: string | undefined;
  for (;;) {
    const page = await listAudit(database, filter, { order: 'oldest', after, limit: linesAtATime });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < linesAtATime) return;
  }
}
