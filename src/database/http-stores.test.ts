import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../test/postgres.ts';
import {
  client,
  redirectUri,
  startAuthorizationServer,
} from '../http/fixtures/start-authorization-server.ts';
import { startHttp, targetAt } from '../http/fixtures/start-server.ts';
import type { AuthScheme, Grant } from '../kit/http.ts';
import { clearText, Secret } from '../kit/secret.ts';
import { openVault, type Vault } from './encryption/vault.ts';
import { createHttpStores } from './http-stores.ts';

let test: TestDatabase;
let vault: Vault;
let clock: Date;
beforeEach(async () => {
  test = await startTestDatabase();
  vault = await openVault({
    database: test.database,
    masterKey: new Secret(randomBytes(32).toString('base64')),
  });
  clock = new Date('2026-03-02T10:00:00Z');
});
afterEach(() => test.close());

const now = () => clock;
const passMs = (ms: number) => {
  clock = new Date(clock.getTime() + ms);
};
const in_ = (ms: number) => new Date(clock.getTime() + ms);

/** The stores of one replica: the memory is its own. */
const replica = () => createHttpStores({ database: test.database, vault, now });

const grantOf = (number: number, expiresAt = in_(1_000)): Grant => ({
  accessToken: new Secret(`access-token-${number}`),
  refreshToken: new Secret(`refresh-token-${number}`),
  expiresAt,
  scopes: ['a', 'b'],
});
const textsOf = (grant: Grant | undefined) =>
  grant && {
    ...grant,
    accessToken: clearText(grant.accessToken),
    refreshToken: clearText(grant.refreshToken),
  };

/** What lies in a table, as whoever reads the disk sees it. */
const onDisk = async (table: string) => {
  const { rows } = await test.database.pool.query(`select t::text, encode(sealed, 'escape') from ${table} t`);
  return JSON.stringify(rows);
};

describe('access tokens', () => {
  it('are shared by replicas, and sealed', async () => {
    const [one, two] = [replica(), replica()];
    await one.tokens.put('key', { token: new Secret('access-token-1'), expiresAt: in_(60_000) });
    const found = await two.tokens.find('key');
    expect(found && clearText(found.token)).toBe('access-token-1');
    expect(found?.expiresAt).toEqual(in_(60_000));
    expect(await onDisk('access_tokens')).not.toContain('access-token-1');
    expect(await two.tokens.find('other')).toBeUndefined();
  });

  it('are read once', async () => {
    await replica().tokens.put('key', { token: new Secret('access-token-1'), expiresAt: in_(60_000) });
    const { tokens } = replica();
    await tokens.find('key');
    await sql`drop table access_tokens`.execute(test.database.kysely);
    expect(await tokens.find('key')).toBeDefined();
  });

  it('that another replica has renewed are found when the own one has ended', async () => {
    const [one, two] = [replica(), replica()];
    await one.tokens.put('key', { token: new Secret('access-token-1'), expiresAt: in_(1_000) });
    await two.tokens.find('key');
    passMs(1_000);
    await one.tokens.put('key', { token: new Secret('access-token-2'), expiresAt: in_(1_000) });
    const found = await two.tokens.find('key');
    expect(found && clearText(found.token)).toBe('access-token-2');
  });

  it('that one replica forgets late take no newer one with them', async () => {
    const [one, two] = [replica(), replica()];
    await one.tokens.put('key', { token: new Secret('access-token-1'), expiresAt: in_(60_000) });
    await two.tokens.find('key');
    await one.tokens.put('key', { token: new Secret('access-token-2'), expiresAt: in_(60_000) });
    await two.tokens.forget('key');
    const found = await two.tokens.find('key');
    expect(found && clearText(found.token)).toBe('access-token-2');
    await two.tokens.forget('key');
    expect(await two.tokens.find('key')).toBeUndefined();
  });

  it('are not kept beyond their end', async () => {
    const { tokens } = replica();
    await tokens.put('old', { token: new Secret('access-token-1'), expiresAt: in_(1_000) });
    passMs(2_000);
    await tokens.put('new', { token: new Secret('access-token-2'), expiresAt: in_(1_000) });
    expect(await replica().tokens.find('old')).toBeUndefined();
    expect(await tokens.find('old')).toBeUndefined();
  });
});

describe('rate-limit pauses', () => {
  it('are known at once to the replica that was told, and within a second to others', async () => {
    const [one, two] = [replica(), replica()];
    expect(await two.budgets.find('key')).toBeUndefined();
    const pause = { until: in_(60_000), reason: 'jira-quota-global-based' };
    await one.budgets.put('key', pause);
    expect(await one.budgets.find('key')).toEqual(pause);
    expect(await two.budgets.find('key')).toBeUndefined();
    passMs(1_000);
    expect(await two.budgets.find('key')).toEqual(pause);
  });

  it('of two replicas count by the later end', async () => {
    const [one, two] = [replica(), replica()];
    await one.budgets.put('key', { until: in_(60_000), reason: 'long' });
    await two.budgets.put('key', { until: in_(1_000), reason: 'short' });
    for (const { budgets } of [one, two, replica()]) {
      expect(await budgets.find('key')).toMatchObject({ reason: 'long' });
    }
  });

  it('are read once a second, however many keys are asked for', async () => {
    const { budgets } = replica();
    await budgets.find('key');
    await sql`alter table rate_limit_pauses rename to elsewhere`.execute(test.database.kysely);
    await budgets.find('other');
    passMs(1_000);
    await expect(budgets.find('other')).rejects.toThrow('rate_limit_pauses');
    await sql`alter table elsewhere rename to rate_limit_pauses`.execute(test.database.kysely);
    expect(await budgets.find('other')).toBeUndefined();
  });
});

describe('user grants', () => {
  it('are shared by replicas, sealed, and gone when they are forgotten', async () => {
    const [one, two] = [replica(), replica()];
    expect(await two.grants.find('key')).toBeUndefined();
    await one.grants.put('key', grantOf(1));
    passMs(1_000);
    expect(textsOf(await two.grants.find('key'))).toEqual(textsOf(grantOf(1, in_(0))));
    expect(await onDisk('user_grants')).not.toMatch(/(access|refresh)-token/);
    await one.grants.forget('key');
    expect(await one.grants.find('key')).toBeUndefined();
    passMs(1_000);
    expect(await two.grants.find('key')).toBeUndefined();
    expect(await two.grants.renew('key', async () => grantOf(2))).toBeUndefined();
  });

  it('are renewed by one replica at a time, on what the one before has stored', async () => {
    const [one, two] = [replica(), replica()];
    await one.grants.put('key', grantOf(1));
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const first = one.grants.renew('key', async () => {
      entered.resolve();
      await leave.promise;
      return grantOf(2);
    });
    await entered.promise;
    const seen: unknown[] = [];
    const second = two.grants.renew('key', async (current) => {
      seen.push(textsOf(current));
      return current;
    });
    await vi.waitFor(async () => {
      const waiting = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(test.database.kysely);
      expect(waiting.rows).toHaveLength(1);
    });
    leave.resolve();
    expect(textsOf(await first)).toEqual(textsOf(grantOf(2)));
    expect(textsOf(await second)).toEqual(textsOf(grantOf(2)));
    expect(seen).toEqual([textsOf(grantOf(2))]);
  });

  it('stay as they were when the exchange fails', async () => {
    const { grants } = replica();
    await grants.put('key', grantOf(1));
    await expect(grants.renew('key', () => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(textsOf(await replica().grants.find('key'))).toEqual(textsOf(grantOf(1)));
  });

  it('are stored though the database connection breaks during the exchange', async () => {
    const { grants } = replica();
    await grants.put('key', grantOf(1));
    const renewed = await grants.renew('key', async () => {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and state = 'idle in transaction'`.execute(test.database.kysely);
      return grantOf(2);
    });
    expect(textsOf(renewed)).toEqual(textsOf(grantOf(2)));
    expect(textsOf(await replica().grants.find('key'))).toEqual(textsOf(grantOf(2)));
  });

  it('leave database connections for others, however many are renewed at once', async () => {
    const { grants } = replica();
    const keys = Array.from({ length: 20 }, (_none, index) => `key-${index}`);
    for (const key of keys) await grants.put(key, grantOf(1));
    let most = 0;
    let running = 0;
    const exchange = async () => {
      running += 1;
      most = Math.max(most, running);
      // Needs a connection of its own, as the limits do that are looked up for the request.
      await replica().budgets.find('site');
      running -= 1;
      return grantOf(2);
    };
    await Promise.all(keys.map((key) => grants.renew(key, exchange)));
    expect(most).toBeLessThanOrEqual(2);
  });
});

describe('two replicas', () => {
  it('whose grant ends refresh it once between them, though the other side takes no refresh token twice', async () => {
    const site = await startAuthorizationServer();
    const clientSecret = new Secret(client.clientSecret);
    const auth: AuthScheme = {
      type: 'oauthGrant',
      tokenUrl: site.tokenUrl,
      clientId: client.clientId,
      clientSecret,
      grant: 'connection-1',
    };
    const replicas = [replica(), replica()].map((stores) => {
      const http = startHttp({ ...stores, now });
      return { stores, http, aimed: http.aim(targetAt(site.origin, { auth })) };
    });
    const [first] = replicas;
    const grant = await first?.http.redeem({
      ...targetAt(site.origin),
      tokenUrl: site.tokenUrl,
      clientId: client.clientId,
      clientSecret,
      code: new Secret(site.consent()),
      redirectUri,
    });
    if (grant !== undefined) await first?.stores.grants.put('connection-1', grant);

    const hours = 3;
    for (let hour = 0; hour < hours; hour += 1) {
      passMs(3_600_000);
      const requests = replicas.flatMap(({ aimed }) =>
        [1, 2, 3].map(() => aimed.request({ method: 'GET', url: '/x' })),
      );
      expect((await Promise.all(requests)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    }
    expect(site.exchanges).toEqual(['authorization_code', ...Array(hours).fill('refresh_token')]);
  });
});
