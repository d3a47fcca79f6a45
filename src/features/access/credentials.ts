import { sql } from 'kysely';
import type { Database } from '../../database/index.ts';
import { rolesOfRow } from './accounts/account-store.ts';
import type { Actor, ConnectKeyActor, Principal, RoleGrant } from './actors.ts';
import { capGrants } from './capped-grants.ts';
import { hashToken, looksLikeToken, type TokenKind } from './tokens.ts';

/** Finds out who a token belongs to. */
export interface Credentials {
  /** The actor, or undefined for anything that is not a living token. */
  find(token: string): Promise<Actor | undefined>;
  /** Forgets what it remembers, so that a revocation on this replica takes effect at once. */
  forget(): void;
}

/** An answer is remembered for so long: a revocation elsewhere takes effect within it. */
const rememberMs = 1_000;
/** The last use is written down at most this often. */
const lastUseEveryMs = 60_000;
const mostRemembered = 10_000;

/** Reads tokens and connect keys from the database, remembering answers for a second. */
export function createCredentials(database: Database, now: () => Date): Credentials {
  const remembered = new Map<string, { actor: Actor | undefined; at: number }>();
  const lastUses = new Map<string, number>();

  const look = async (token: string): Promise<Actor | undefined> => {
    const kind = (['connectKey', 'apiToken'] as const).find((candidate) => looksLikeToken(token, candidate));
    if (kind === undefined) return undefined;
    const actor = await finders[kind](database, hashToken(token), now());
    if (actor === undefined) return undefined;
    const id = actor.kind === 'connect-key' ? actor.id : (actor.token?.id ?? actor.id);
    if ((lastUses.get(id) ?? 0) + lastUseEveryMs < now().getTime()) {
      lastUses.set(id, now().getTime());
      await sql`update ${sql.table(tables[kind])} set last_used_at = ${now()} where id = ${id}`.execute(
        database.kysely,
      );
    }
    return actor;
  };

  return {
    async find(token) {
      const known = remembered.get(token);
      if (known !== undefined && known.at + rememberMs > now().getTime()) return known.actor;
      const actor = await look(token);
      if (remembered.size >= mostRemembered) remembered.clear();
      if (actor !== undefined) remembered.set(token, { actor, at: now().getTime() });
      return actor;
    },
    forget: () => remembered.clear(),
  };
}

interface TokenRow extends RoleGrant {
  id: string;
  name: string;
  /** Null for a token that belongs to nobody. */
  accountId: string | null;
  kind: 'user' | 'service-account' | null;
  accountName: string | null;
  roles: RoleGrant[];
}

function principalOfToken({ id, name, role, scope, ...owner }: TokenRow): Principal {
  const { accountId, kind, accountName, roles } = owner;
  if (accountId === null || kind === null) return { kind: 'token', id, name, grants: [{ scope, role }] };
  const grants = capGrants({ scope, role }, roles);
  return { kind, id: accountId, name: accountName ?? '', grants, token: { id, name } };
}

/** Of these the API knows its callers. */
type CallerTokenKind = Exclude<TokenKind, 'panelToken'>;

const tables: Record<CallerTokenKind, string> = { apiToken: 'api_tokens', connectKey: 'connect_keys' };

const finders: Record<
  CallerTokenKind,
  (database: Database, hash: Buffer, now: Date) => Promise<Actor | undefined>
> = {
  async apiToken(database, hash, now) {
    const found = await sql<TokenRow>`
      select api_tokens.id, api_tokens.name, role, api_tokens.scope, accounts.id as "accountId", accounts.kind,
        accounts.name as "accountName", ${rolesOfRow} as roles
      from api_tokens left join accounts on accounts.id = account_id
      where hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > ${now})
        and disabled_at is null`.execute(database.kysely);
    const [row] = found.rows;
    return row && principalOfToken(row);
  },
  async connectKey(database, hash, now) {
    const found = await sql<{
      id: string;
      name: string;
      connectionId: string;
      projects: string[] | null;
      kinds: string[] | null;
      environments: string[] | null;
    }>`
      select id, name, connection_id as "connectionId", projects, kinds, environments from connect_keys
      where hash = ${hash} and revoked_at is null and (expires_at is null or expires_at > ${now})`.execute(
      database.kysely,
    );
    const row = found.rows[0];
    if (row === undefined) return undefined;
    const actor: ConnectKeyActor = {
      kind: 'connect-key',
      id: row.id,
      name: row.name,
      connectionId: row.connectionId,
      projects: row.projects ?? undefined,
      kinds: row.kinds ?? undefined,
      environments: row.environments ?? undefined,
    };
    return actor;
  },
};
