import { afterEach, beforeEach, expect, it } from 'vitest';
import { startTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { migrate } from '../migrate.ts';
import { migrations } from './index.ts';

let test: TestDatabase;
beforeEach(async () => {
  test = await startTestDatabase({ empty: true });
});
afterEach(() => test.close());

it('finds out which secrets the connections of an older version use, however they refer to them', async () => {
  const { pool } = test.database;
  await migrate(test.database, { migrations: migrations.filter(({ number }) => number < 9) });
  const secret = async (scope: string, name: string) =>
    pool.query(`insert into secrets (id, scope, name, sealed) values (gen_random_uuid(), $1, $2, '\\x00')`, [
      scope,
      name,
    ]);
  for (const [scope, name] of [
    ['account', 'token'],
    ['acme', 'token'],
    ['acme/shop', 'token'],
    ['acme', 'org.odd'],
  ] as const) {
    await secret(scope, name);
  }
  const settings = {
    baseUrl: 'https://jira.example.com',
    platform: { type: 'api-token', token: { secret: 'TOKEN' } },
    devops: { clientId: 'c', clientSecret: { secret: 'org.token' } },
    proxy: { password: { secret: 'account.token' }, gone: { secret: 'account.gone' } },
    list: ['secret'],
    no: { secret: 'token', reference: true },
  };
  await pool.query(
    `insert into connections (id, scope, name, connector, settings)
     values (gen_random_uuid(), 'acme/shop', 'jira', 'jira', $1)`,
    [JSON.stringify(settings)],
  );
  await migrate(test.database);
  const { rows } = await pool.query(`
    select path, reference, secrets.scope from secret_uses join secrets on secrets.id = secret_id order by path`);
  expect(rows).toEqual([
    { path: 'devops.clientSecret', reference: 'org.token', scope: 'acme' },
    { path: 'platform.token', reference: 'TOKEN', scope: 'acme/shop' },
    { path: 'proxy.password', reference: 'account.token', scope: 'account' },
  ]);
  expect((await pool.query('select usage_scopes from connections')).rows).toEqual([
    { usage_scopes: ['acme/shop'] },
  ]);
});
