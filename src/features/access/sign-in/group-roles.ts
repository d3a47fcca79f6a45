import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { Role } from '../actors.ts';
import type { Change } from '../changes.ts';
import { withinScopes } from '../scopes.ts';
import { renewSessionsOf } from '../sessions/session-store.ts';
import type { SignedInUser } from './sign-in-notes.ts';

/** Who is in a group of the sign-in service has a role in a scope. */
export interface GroupRoleRule {
  id: string;
  group: string;
  scope: string;
  role: Role;
  createdAt: Date;
}

const columns = sql`id, group_name as "group", scope, role, created_at as "createdAt"`;
const subjectOf = ({ id, group }: GroupRoleRule) => ({ kind: 'group-role-rule', id, name: group });

/** @throws name-taken: a group has one role in a scope */
export async function createGroupRoleRule(
  { trx, note, now }: Change,
  wanted: { group: string; scope: string; role: Role },
): Promise<GroupRoleRule> {
  const { group, scope, role } = wanted;
  const made = await sql<GroupRoleRule>`
    insert into group_role_rules (id, group_name, scope, role, created_at)
    values (${uuid()}, ${group}, ${scope}, ${role}, ${now}) on conflict do nothing returning ${columns}`.execute(
    trx,
  );
  const [rule] = made.rows;
  if (rule === undefined) {
    throw new TielineError('name-taken', `There is a rule for the group "${group}" in ${scope} already`);
  }
  await note({ action: 'group-role-rule.created', scope, subject: subjectOf(rule), details: { role } });
  return rule;
}

/** Rules of these scopes and below, newest first. */
export async function listGroupRoleRules(
  database: Database,
  { within, before, limit }: { within: string[]; before?: string; limit: number },
): Promise<GroupRoleRule[]> {
  const found = await sql<GroupRoleRule>`
    select ${columns} from group_role_rules where ${withinScopes('scope', within)}
      and (${before ?? null}::uuid is null or id < ${before ?? null}::uuid)
    order by id desc limit ${limit}`.execute(database.kysely);
  return found.rows;
}

/** @throws resource-not-found */
export async function getGroupRoleRule(database: Database, id: string): Promise<GroupRoleRule> {
  const found = await sql<GroupRoleRule>`
    select ${columns} from group_role_rules where id = ${id}::uuid`.execute(database.kysely);
  const [rule] = found.rows;
  if (rule === undefined) throw noGroupRoleRule(id);
  return rule;
}

export const noGroupRoleRule = (id: string): TielineError =>
  new TielineError('resource-not-found', `There is no group role rule ${id}`);

/** Gives the group of a rule another role, from the next sign-in on. */
export async function changeGroupRoleRule(
  { trx, note }: Change,
  rule: GroupRoleRule,
  role: Role,
): Promise<void> {
  await sql`update group_role_rules set role = ${role} where id = ${rule.id}`.execute(trx);
  const details = { role: { before: rule.role, after: role } };
  await note({ action: 'group-role-rule.changed', scope: rule.scope, subject: subjectOf(rule), details });
}

/** Takes a rule away. Who has a role by it keeps it until the next sign-in. */
export async function deleteGroupRoleRule({ trx, note }: Change, rule: GroupRoleRule): Promise<void> {
  await sql`delete from group_role_rules where id = ${rule.id}`.execute(trx);
  await note({ action: 'group-role-rule.deleted', scope: rule.scope, subject: subjectOf(rule) });
}

/** Gives a user the roles of its groups, in place of those that earlier groups gave; says so when they are others. */
export async function replaceGroupRoles(
  { trx, note, now }: Change,
  user: SignedInUser,
  groups: string[],
): Promise<void> {
  const given = await sql<{ scope: string; role: Role }>`
    select scope, role from role_grants where account_id = ${user.id} and source = 'group' order by scope`.execute(
    trx,
  );
  // Of two groups with a role in the same scope the higher one counts.
  const due = await sql<{ scope: string; role: Role }>`
    select distinct on (scope) scope, role from group_role_rules where group_name = any(${groups}::text[])
    order by scope, array_position(array['administrator', 'editor', 'operator', 'viewer'], role)`.execute(
    trx,
  );
  if (JSON.stringify(given.rows) === JSON.stringify(due.rows)) return;
  await sql`delete from role_grants where account_id = ${user.id} and source = 'group'`.execute(trx);
  for (const { scope, role } of due.rows) {
    await sql`insert into role_grants (account_id, scope, role, source, granted_at)
      values (${user.id}, ${scope}, ${role}, 'group', ${now})`.execute(trx);
  }
  await renewSessionsOf({ trx }, user.id);
  await note({
    action: 'role.replaced',
    scope: 'account',
    subject: { kind: 'user', id: user.id, name: user.email },
    details: { roles: due.rows },
  });
}
