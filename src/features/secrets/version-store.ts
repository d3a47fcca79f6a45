import { type Kysely, sql } from 'kysely';
import type { Database, Schema } from '../../database/index.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Change } from '../access/index.ts';
import { type FileName, lockSecret, type StoredSecret } from './stored-secret.ts';

/** One value that a secret has, or had: never the value itself. */
export interface SecretVersion {
  version: number;
  /** `ended`: its value is gone. */
  state: 'in-use' | 'kept' | 'ended';
  file: FileName | null;
  restoredFrom: number | null;
  createdAt: Date;
  /** Null for what older versions of the hub stored. */
  createdBy: string | null;
  endedAt: Date | null;
  endedBy: string | null;
}

/** Earlier values of secrets. */
export interface VersionStore {
  /** The newest first: the one in use, and those before it that are kept or were ended. */
  list(secretId: string): Promise<SecretVersion[]>;
  /** Uses the value of an earlier version again, as a new version. @throws resource-not-found */
  restore(change: Change, secretId: string, version: number): Promise<void>;
  /** Drops the value of an earlier version for good. @throws resource-not-found, resource-in-use for the newest */
  end(change: Change, secretId: string, version: number): Promise<void>;
}

/** A version store on the database. */
export function createVersionStore(database: Database, keptVersions: number): VersionStore {
  const subjectOf = ({ id, name }: StoredSecret) => ({ kind: 'secret', id, name });
  return {
    async list(secretId) {
      const file = sql`case when file_name is null then null
        else json_build_object('name', file_name, 'bytes', file_bytes) end as file`;
      const found = await sql<SecretVersion>`
        select version, 'in-use' as state, ${file}, restored_from as "restoredFrom",
          coalesce(changed_at, updated_at) as "createdAt", changed_by as "createdBy", null as "endedAt", null as "endedBy"
        from secrets where id = ${secretId}::uuid
        union all
        select version, case when sealed is null then 'ended' else 'kept' end, ${file},
          restored_from, created_at, created_by, ended_at, ended_by
        from secret_versions where secret_id = ${secretId}::uuid
        order by version desc`.execute(database.kysely);
      return found.rows;
    },
    async restore({ trx, note, by, now }, secretId, version) {
      const secret = await lockSecret(trx, secretId);
      if (version === secret.version) {
        throw new TielineError('request-invalid', `Version ${version} of "${secret.name}" is the one in use`);
      }
      await getKept(trx, secret, version);
      // One more for the moment, so that the version wanted is not the one that is dropped.
      await keepVersion(trx, secretId, keptVersions + 1);
      await sql`
        update secrets set sealed = kept.sealed, file_name = kept.file_name, file_bytes = kept.file_bytes,
          version = secrets.version + 1, restored_from = ${version}, changed_at = ${now}, changed_by = ${by.name},
          updated_at = now()
        from secret_versions kept
        where secrets.id = ${secretId}::uuid and kept.secret_id = secrets.id and kept.version = ${version}`.execute(
        trx,
      );
      await dropOldest(trx, secretId, keptVersions);
      await note({
        action: 'secret.restored',
        scope: secret.scope,
        subject: subjectOf(secret),
        details: { version: secret.version + 1, restoredFrom: version },
      });
    },
    async end({ trx, note, by, now }, secretId, version) {
      const secret = await lockSecret(trx, secretId);
      if (version === secret.version) {
        throw new TielineError(
          'resource-in-use',
          `Version ${version} of "${secret.name}" is the one in use`,
          {
            hint: 'Give the secret a new value first, or delete the secret.',
          },
        );
      }
      await getKept(trx, secret, version);
      await sql`
        update secret_versions set sealed = null, ended_at = ${now}, ended_by = ${by.name}
        where secret_id = ${secretId}::uuid and version = ${version}`.execute(trx);
      await note({
        action: 'secret.version-ended',
        scope: secret.scope,
        subject: subjectOf(secret),
        details: { version },
      });
    },
  };
}

async function getKept(trx: Kysely<Schema>, secret: StoredSecret, version: number): Promise<void> {
  const found = await sql<{ ended: boolean }>`
    select sealed is null as ended from secret_versions
    where secret_id = ${secret.id}::uuid and version = ${version}`.execute(trx);
  const row = found.rows[0];
  if (row?.ended === false) return;
  throw new TielineError(
    'resource-not-found',
    row === undefined
      ? `Version ${version} of "${secret.name}" is not kept`
      : `Version ${version} of "${secret.name}" was ended, and its value is gone`,
    { hint: 'List the versions to see which are kept.' },
  );
}

/** Keeps the value in use beside its successor, and drops the oldest ones over what may be kept. */
export async function keepVersion(trx: Kysely<Schema>, secretId: string, kept: number): Promise<void> {
  await sql`
    insert into secret_versions (secret_id, version, sealed, file_name, file_bytes, restored_from, created_at, created_by)
    select id, version, sealed, file_name, file_bytes, restored_from, coalesce(changed_at, updated_at), changed_by
    from secrets where id = ${secretId}::uuid`.execute(trx);
  await dropOldest(trx, secretId, kept);
}

async function dropOldest(trx: Kysely<Schema>, secretId: string, kept: number): Promise<void> {
  await sql`
    delete from secret_versions where secret_id = ${secretId}::uuid and version not in (
      select version from secret_versions where secret_id = ${secretId}::uuid order by version desc limit ${kept})`.execute(
    trx,
  );
}
