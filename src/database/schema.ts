import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** A column that the database fills when a row is made. */
type CreatedAt = ColumnType<Date, Date | undefined, never>;

/** The migrations that ran. Rows beyond those of this version belong to a newer replica. */
interface MigrationsTable {
  number: number;
  name: string;
  applied_at: CreatedAt;
}

/** Keys that encrypt secrets, each wrapped by the master key. */
interface DataKeysTable {
  id: GeneratedAlways<number>;
  wrapped: Buffer;
  /** Which master key wraps it: a fingerprint, not the key. */
  master_key_id: string;
  /** The same key wrapped by the master key that is to come; null unless a rotation is under way. */
  next_wrapped: Buffer | null;
  next_master_key_id: string | null;
  created_at: CreatedAt;
}

/** One row, sealed with the newest data key: shows at start whether secrets can be read. */
interface VaultCanaryTable {
  single: Generated<boolean>;
  sealed: Buffer;
}

/** Every table of ours, by name, for kysely. */
export interface Schema {
  tieline_migrations: MigrationsTable;
  data_keys: DataKeysTable;
  vault_canary: VaultCanaryTable;
}
