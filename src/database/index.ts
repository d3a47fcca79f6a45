export { asUnreachable, errorCodeOf } from './database-errors.ts';
export { startEmbedded } from './embedded/start.ts';
export { keepMasterKeyInHome, masterKeyFromHome } from './encryption/master-key.ts';
export { openVault, type Vault } from './encryption/vault.ts';
export { createHttpStores } from './http-stores.ts';
export { migrate, workerLogger } from './migrate.ts';
export { type Database, openDatabase } from './open.ts';
export type { Schema } from './schema.ts';
export { within } from './within.ts';
