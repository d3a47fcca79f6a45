import { afterEach, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../../test/hub.ts';
import { Secret } from '../../../kit/secret.ts';
import { findFreePort, type Issuer, type Person, settingsFor, startIssuer } from '../fixtures/issuer.ts';
import { visit } from '../fixtures/visitor.ts';
import type { OidcSettings } from './settings.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A hub and, unless told otherwise, its issuer. */
async function start(changed: Partial<OidcSettings> = {}, withIssuer = true) {
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const issuer = withIssuer ? await startIssuer(url) : undefined;
  if (issuer !== undefined) closing.push(() => issuer.close());
  const oidc = settingsFor(issuer?.url ?? `http://127.0.0.1:${await findFreePort()}`, changed);
  const hub = await startTestHub({ signIn: { local: true, publicUrl: url, oidc } });
  closing.push(() => hub.close());
  await hub.serve(port);
  return { hub, url, issuer, oidc };
}
const signIn = async ({ url, issuer }: { url: string; issuer?: Issuer }, person: Person) => {
  if (issuer !== undefined) issuer.person = person;
  const visitor = visit(url);
  return { visitor, seen: await visitor.get('/sign-in/oidc') };
};
const ada: Person = { sub: 'u-1', email: 'Ada@example.com', email_verified: true, name: 'Ada L.' };
const addUser = (hub: TestHub, ...roles: object[]) =>
  hub.call('POST', '/api/v1/users', { name: 'Ada', email: 'ada@example.com', roles });
const showUser = async (hub: TestHub, email = 'ada@example.com') =>
  (await hub.call('GET', `/api/v1/users/${email}`)).body;
const lastAudit = async (hub: TestHub, action: string) =>
  (await hub.call('GET', `/api/v1/audit?action=${action}&limit=1`)).body.items[0];

describe('somebody whom the issuer signs in', () => {
  it('is the invited user of the verified address, and from then on known whatever the address', async () => {
    const stage = await start();
    await addUser(stage.hub, { role: 'operator' });
    const { visitor, seen } = await signIn(stage, ada);
    expect(seen.page).toMatch(/Hello Ada .*with Example ID .*operator in account/);
    expect((await visitor.call('GET', '/api/v1/me')).body).toMatchObject({
      email: 'ada@example.com',
      signedInBy: 'oidc',
    });
    expect(await showUser(stage.hub)).toMatchObject({ issuer: stage.oidc.issuer, hasPassword: false });
    expect(await lastAudit(stage.hub, 'user.signed-in')).toMatchObject({ details: { method: 'oidc' } });
    const later = await signIn(stage, { ...ada, email: 'ada.new@example.com' });
    expect(later.seen.page).toContain('Hello Ada');
  });

  it('has the roles of its groups, replaced at each sign-in, beside those that a person gave', async () => {
    const stage = await start();
    await addUser(stage.hub, { role: 'viewer', scope: 'other' });
    const rules = [
      { group: 'devs', scope: 'acme', role: 'operator' },
      { group: 'leads', scope: 'acme', role: 'editor' },
      { group: 'leads', scope: 'acme/shop', role: 'administrator' },
      { group: 'strangers', role: 'administrator' },
    ];
    for (const rule of rules) {
      expect((await stage.hub.call('POST', '/api/v1/group-role-rules', rule)).status).toBe(201);
    }
    const rolesAfter = async (groups: string[] | undefined) => {
      await signIn(stage, { ...ada, groups });
      const { roles } = await showUser(stage.hub);
      return roles.map(({ scope, role, source }: Record<string, string>) => `${scope} ${role} ${source}`);
    };
    const given = 'other viewer person';
    expect(await rolesAfter(['devs', 'leads'])).toEqual([
      'acme editor group',
      'acme/shop administrator group',
      given,
    ]);
    expect(await rolesAfter(['devs'])).toEqual(['acme operator group', given]);
    expect(await rolesAfter(undefined)).toEqual([given]);
    expect(await lastAudit(stage.hub, 'role.replaced')).toMatchObject({ details: { roles: [] } });
  });

  it('without a user is refused by name, or becomes a user without a role, as the hub is set', async () => {
    const refusing = await start();
    const { visitor, seen } = await signIn(refusing, ada);
    expect([seen.status, seen.page]).toEqual([
      403,
      expect.stringContaining('There is no user ada@example.com'),
    ]);
    expect(visitor.cookies.size).toBe(0);
    expect(await lastAudit(refusing.hub, 'user.sign-in-failed')).toMatchObject({
      subject: { name: 'ada@example.com' },
      details: { method: 'oidc' },
    });
    const creating = await start({ unknownUsers: 'create' });
    expect((await signIn(creating, ada)).seen.page).toMatch(/Hello Ada L\. .*none yet/);
    expect(await showUser(creating.hub)).toMatchObject({ name: 'Ada L.', roles: [] });
  });

  it.each<[string, Person, string]>([
    ['an unverified address', { ...ada, email_verified: false }, 'names no verified e-mail address'],
    ['no address', { sub: 'u-1' }, 'names no verified e-mail address'],
    ['the address of somebody tied to another subject', { ...ada, sub: 'u-2' }, 'belongs to somebody else'],
  ])('with %s is not taken for the user', async (what, person, words) => {
    const stage = await start({ unknownUsers: 'create' });
    await addUser(stage.hub);
    if (what.includes('another subject')) await signIn(stage, ada);
    const { seen } = await signIn(stage, person);
    expect([seen.status, seen.page]).toEqual([403, expect.stringContaining(words)]);
  });

  it('and is disabled here is refused', async () => {
    const stage = await start();
    await addUser(stage.hub);
    await stage.hub.call('POST', '/api/v1/users/ada@example.com/disable');
    const { seen } = await signIn(stage, ada);
    expect([seen.status, seen.page]).toEqual([403, expect.stringContaining('is disabled')]);
  });
});

describe('coming back from the issuer', () => {
  it('is possible only where one left, once, and with the state that was given', async () => {
    const stage = await start();
    await addUser(stage.hub);
    if (stage.issuer !== undefined) stage.issuer.person = ada;
    const left = await fetch(`${stage.url}/sign-in/oidc`, { redirect: 'manual' });
    const cookie = left.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    expect(left.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    const asked = new URL(left.headers.get('location') ?? '');
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      redirect_uri: `${stage.url}/sign-in/oidc/callback`,
      nonce: expect.any(String),
    });
    const back = (query: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${stage.url}/sign-in/oidc/callback?${new URLSearchParams(query)}`, {
        headers,
        redirect: 'manual',
      });
    const state = asked.searchParams.get('state') ?? '';
    const [iss, code] = [stage.oidc.issuer, 'stolen'];
    const tries: [Response, number, string][] = [
      [await back({ state, code, iss }), 403, 'not begun in this browser'],
      [await back({ state, code, iss }, { cookie: 'tieline-oidc=x' }), 403, 'not begun in this browser'],
      [await back({ state: 'other', code, iss }, { cookie }), 502, 'state'],
      [await back({ state, code, iss }, { cookie }), 403, 'spent or too old'],
      [await back({ state, error: 'access_denied', iss }, { cookie }), 403, 'access_denied'],
      [await back({ state, code, iss: 'https://evil.example' }, { cookie }), 502, 'iss'],
    ];
    for (const [answer, status, words] of tries) {
      expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(words)]);
      expect(answer.headers.getSetCookie().join()).not.toMatch(/tieline=[^;]/);
    }
  });
});

describe('an issuer that cannot be used', () => {
  it('and does not run lets the hub start and passwords work; once it runs, it is used', async () => {
    const stage = await start({}, false);
    await addUser(stage.hub);
    expect((await visit(stage.url).get('/sign-in')).page).toMatch(/Sign in with Example ID .*Password/);
    const { seen } = await signIn(stage, ada);
    expect([seen.status, seen.page]).toEqual([
      502,
      expect.stringMatching(/The issuer \S+ could not be found: .*127/),
    ]);
    const issuer = await startIssuer(stage.url, Number(new URL(stage.oidc.issuer).port));
    closing.push(() => issuer.close());
    expect((await signIn({ ...stage, issuer }, ada)).seen.page).toContain('Hello Ada');
  });

  it.each<[string, Partial<OidcSettings>, string]>([
    ['at a denied address', { allowAddresses: [] }, 'TIELINE_OIDC_ALLOW_ADDRESSES'],
    ['with a client that it does not know', { clientId: 'somebody' }, 'invalid_client'],
  ])('%s says why', async (_what, changed, words) => {
    const stage = await start(changed);
    const { seen } = await signIn(stage, ada);
    expect([seen.status >= 400, seen.page]).toEqual([true, expect.stringContaining(words)]);
  });

  it('for a wrong secret says so, and never shows it', async () => {
    const secret = 'a-very-wrong-secret';
    const stage = await start({ clientSecret: new Secret(secret) });
    await addUser(stage.hub);
    const { seen } = await signIn(stage, ada);
    expect([seen.status, seen.page]).toEqual([
      502,
      expect.stringMatching(/could not be asked: .*invalid_client/),
    ]);
    expect(seen.text + stage.hub.log.join('')).not.toContain(secret);
  });
});
