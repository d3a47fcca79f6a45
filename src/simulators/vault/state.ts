import { randomBytes } from 'node:crypto';

/** A token as Vault keeps it. */
export interface TokenEntry {
  token: string;
  displayName: string;
  policies: string[];
  /** API paths below /v1 that it may read; every one when it is undefined. */
  readable: string[] | undefined;
  /** Undefined: it never ends. */
  expiresAt: Date | undefined;
  lifeSeconds: number;
  renewable: boolean;
}

/** One version of a secret of a KV engine, version 2. */
interface KvVersion {
  data: Record<string, unknown>;
  createdAt: Date;
  deletedAt: Date | undefined;
  destroyed: boolean;
}

/** What a test may ask a token to be. */
export interface TokenWish {
  displayName?: string;
  policies?: string[];
  readable?: string[];
  lifeSeconds?: number;
  renewable?: boolean;
}

/** Everything that the stand-in holds, in memory. */
export interface VaultState {
  sealed: boolean;
  standby: boolean;
  secrets: Map<string, KvVersion[]>;
  makeToken(wish?: TokenWish): string;
  /** The token if it lives. */
  findToken(token: string): TokenEntry | undefined;
  revoke(token: string): void;
  renew(entry: TokenEntry): void;
}

/** Nothing in it yet. */
export function createVaultState(now: () => Date): VaultState {
  const tokens = new Map<string, TokenEntry>();
  const endOf = (lifeSeconds: number) =>
    lifeSeconds === 0 ? undefined : new Date(now().getTime() + lifeSeconds * 1_000);
  return {
    sealed: false,
    standby: false,
    secrets: new Map(),
    makeToken({
      displayName = 'token',
      policies = ['default'],
      readable,
      lifeSeconds = 0,
      renewable = false,
    } = {}) {
      const token = `hvs.${randomBytes(18).toString('base64url')}`;
      const expiresAt = endOf(lifeSeconds);
      tokens.set(token, { token, displayName, policies, readable, expiresAt, lifeSeconds, renewable });
      return token;
    },
    findToken(token) {
      const entry = tokens.get(token);
      return entry?.expiresAt !== undefined && entry.expiresAt <= now() ? undefined : entry;
    },
    revoke: (token) => void tokens.delete(token),
    renew(entry) {
      entry.expiresAt = endOf(entry.lifeSeconds);
    },
  };
}
