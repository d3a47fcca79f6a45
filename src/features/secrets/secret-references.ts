import { sql } from 'kysely';
import type { Database, Vault } from '../../database/index.ts';
import type { SecretSource } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { ancestorsOf, resolveReference } from '../access/index.ts';
import { type MachineSecretRules, readSecretFile, readVariable } from './machine-secrets.ts';
import { parseReference, type Reference } from './reference.ts';
import type { SecretUse, SecretUser } from './secret-uses.ts';
import { assertWideEnough, type SecretLimit } from './usage-limits.ts';
import { intersectScopes } from './usage-scope.ts';

/** Who refers to secrets, as far as it decides what may be used. */
export interface Referrer {
  /** From where references are read. */
  scope: string;
  /** Where the referrer may be used itself; its own scope when absent. */
  usageScopes?: string[];
  /** Whether secrets are read through it: it may not need another such connection to be opened. */
  isSource?: boolean;
}

/** Connections through which secrets are read. Filled by compose, for they are a feature of their own. */
export interface SecretSources {
  /** @throws reference-not-found, reference-out-of-scope, request-invalid for a connection that reads no secrets */
  find(reference: string, user: Referrer): Promise<{ id: string; name: string; usageScopes: string[] }>;
  /** Opens what {@link find} found; the stamp changes with the connection and its secrets. */
  open(id: string): Promise<{ source: SecretSource; stamp: string }>;
}

/** What references in settings lead to. */
export interface SecretReferences {
  /**
   * Checks every reference of a user and says what to keep of it, and where it may be used: in the usage scopes that
   * it wants, else wherever its secrets may within its scope. Nothing is read yet.
   * @throws reference-not-found, reference-out-of-scope naming the secret, request-invalid
   */
  trace(
    references: { path: string; secret: string }[],
    referrer: Referrer,
  ): Promise<{ uses: SecretUse[]; usageScopes: string[] }>;
  /**
   * The value behind a reference at this moment; what is kept outside may be a minute old when it comes from a vault.
   * @throws reference-not-found, reference-out-of-scope, and what reading an outside vault throws
   */
  resolve(reference: string, referrer: Referrer): Promise<Secret>;
  /** Changes with every value outside that a user's references lead to: what has no version is read. */
  stampOutside(user: SecretUser, referrer: Referrer): Promise<string>;
}

/** How long a value from outside is taken for true, at most. Rotation there is seen after this. */
const rememberMs = 60_000;
/** More values than this are read again rather than remembered. */
const mostRemembered = 10_000;

interface Found {
  id: string;
  sealed: Buffer;
  limit: SecretLimit;
}

/** Looks references up in the database, in the hub's machine and through connections to vaults. */
export function createSecretReferences(parts: {
  database: Database;
  vault: Vault;
  machine: MachineSecretRules;
  sources: SecretSources;
  now(): Date;
}): SecretReferences {
  const { database, vault, machine, sources, now } = parts;
  const remembered = new Map<string, { readAt: number; value: Promise<Secret> }>();

  const findNamed = async (reference: string, from: string): Promise<Found> => {
    const { scope, name } = resolveReference(reference, from);
    // A scope that is neither the referrer's own nor above it cannot be written as a reference at all.
    if (!ancestorsOf(from).includes(scope)) throw notFound(reference, from);
    const { rows } = await sql<{ id: string; sealed: Buffer; name: string; usageScopes: string[] }>`
      select id, sealed, name, coalesce(usage_scopes, array[scope]) as "usageScopes" from secrets
      where scope = ${scope} and lower(name) = lower(${name})`.execute(database.kysely);
    const row = rows[0];
    if (row === undefined) throw notFound(reference, from);
    const limit = { title: `secret "${row.name}"`, usageScopes: row.usageScopes };
    return { id: row.id, sealed: row.sealed, limit };
  };

  const readThrough = async (
    { connection, path, field }: Extract<Reference, { kind: 'vault' }>,
    referrer: Referrer,
  ): Promise<Secret> => {
    const found = await sources.find(connection, referrer);
    const { source, stamp } = await sources.open(found.id);
    const key = JSON.stringify([found.id, stamp, path, field]);
    const at = now().getTime();
    const known = remembered.get(key);
    if (known !== undefined && at - known.readAt < rememberMs) return known.value;
    if (remembered.size >= mostRemembered) remembered.clear();
    const entry = { readAt: at, value: source.read(path, field) };
    remembered.set(key, entry);
    entry.value.catch(() => {
      if (remembered.get(key) === entry) remembered.delete(key);
    });
    return entry.value;
  };

  const resolve: SecretReferences['resolve'] = async (text, referrer) => {
    const reference = parseReference(text);
    switch (reference.kind) {
      case 'named': {
        const { id, sealed, limit } = await findNamed(text, referrer.scope);
        assertWideEnough(usageScopesOf(referrer), [limit]);
        return vault.unseal(sealed, `secret ${id}`);
      }
      case 'env':
        assertAccount(text, referrer);
        return readVariable(machine, reference.variable);
      case 'file':
        assertAccount(text, referrer);
        return readSecretFile(machine, reference.path);
      case 'vault':
        assertNoSource(text, referrer);
        return readThrough(reference, referrer);
    }
  };

  const traceOne = async (
    { path, secret: text }: { path: string; secret: string },
    referrer: Referrer,
  ): Promise<{ use: Omit<SecretUse, 'path'>; limit?: SecretLimit }> => {
    const reference = parseReference(text, path);
    if (reference.kind === 'named') {
      const { id, limit } = await findNamed(text, referrer.scope);
      return { use: { reference: text, secretId: id }, limit };
    }
    if (reference.kind === 'vault') {
      assertNoSource(text, referrer);
      // Whether it may be used wherever the referrer may is seen below, with the other limits.
      const anywhere = { scope: referrer.scope, usageScopes: [] };
      const { id, name, usageScopes } = await sources.find(reference.connection, anywhere);
      const limit = { title: `connection "${name}"`, usageScopes };
      return { use: { reference: text, connectionId: id }, limit };
    }
    // Read once: whoever writes the reference learns now that it leads nowhere.
    await resolve(text, referrer);
    return { use: { reference: text } };
  };

  return {
    resolve,
    async trace(references, referrer) {
      const uses: SecretUse[] = [];
      const limits: SecretLimit[] = [];
      for (const written of references) {
        const { use, limit } = await traceOne(written, referrer);
        uses.push({ path: written.path, ...use });
        if (limit !== undefined) limits.push(limit);
      }
      if (referrer.usageScopes !== undefined) {
        assertWideEnough(referrer.usageScopes, limits);
        return { uses, usageScopes: referrer.usageScopes };
      }
      const usageScopes = limits.reduce(
        (scopes, limit) => intersectScopes(scopes, limit.usageScopes),
        [referrer.scope],
      );
      if (usageScopes.length === 0) assertWideEnough([referrer.scope], limits);
      return { uses, usageScopes };
    },
    async stampOutside(user, referrer) {
      const { rows } = await sql<{ reference: string }>`
        select reference from secret_uses
        where user_kind = ${user.kind} and user_id = ${user.id}::uuid and secret_id is null order by path`.execute(
        database.kysely,
      );
      const stamps: string[] = [];
      for (const { reference } of rows) stamps.push(vault.fingerprint(await resolve(reference, referrer)));
      return stamps.join(' ');
    },
  };
}

const usageScopesOf = ({ scope, usageScopes = [scope] }: Referrer): string[] => usageScopes;

/** A connection below the account is changed by those who do not administer the machine. */
function assertAccount(reference: string, { scope }: Referrer): void {
  if (scope === 'account') return;
  throw new TielineError('reference-out-of-scope', `"${reference}" may be used in the account only`, {
    hint: `Store it as a secret in ${scope} instead.`,
  });
}

function assertNoSource(reference: string, { isSource }: Referrer): void {
  if (isSource !== true) return;
  throw new TielineError(
    'request-invalid',
    `"${reference}" is used by a connection to a vault, which cannot be opened by another one`,
    { hint: 'Give it a named secret, or one of env: or file:.' },
  );
}

const notFound = (reference: string, from: string): TielineError =>
  new TielineError('reference-not-found', `There is no secret "${reference}" seen from the scope ${from}`, {
    retry: 'once-repaired',
  });
