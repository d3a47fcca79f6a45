import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const issuer = {
  TIELINE_PUBLIC_URL: 'https://tieline.example.com/',
  TIELINE_OIDC_ISSUER: 'https://id.example.com/realms/acme',
  TIELINE_OIDC_CLIENT_ID: 'tieline',
};

describe('how people sign in', () => {
  it('is by password, when nothing is said', () => {
    expect(readConfig({}).signIn).toEqual({ publicUrl: undefined, local: true, oidc: undefined });
  });

  it('is with an issuer that is named, and may be with it alone', () => {
    expect(readConfig({ ...issuer, TIELINE_LOCAL_SIGN_IN: 'false' }).signIn).toMatchObject({
      publicUrl: 'https://tieline.example.com',
      local: false,
      oidc: {
        issuer: 'https://id.example.com/realms/acme',
        scopes: 'openid email profile',
        groupsClaim: 'groups',
        unknownUsers: 'refuse',
        allowAddresses: [],
      },
    });
  });

  it('with an issuer on this machine may be by plain HTTP', () => {
    for (const url of ['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:9/x']) {
      expect(readConfig({ ...issuer, TIELINE_OIDC_ISSUER: url }).signIn.oidc?.issuer).toBe(url);
    }
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a public address with a path',
      { TIELINE_PUBLIC_URL: 'https://example.com/tieline' },
      'TIELINE_PUBLIC_URL',
    ],
    ['a public address that is none', { TIELINE_PUBLIC_URL: 'tieline.example.com' }, 'TIELINE_PUBLIC_URL'],
    [
      'an issuer by plain HTTP',
      { ...issuer, TIELINE_OIDC_ISSUER: 'http://id.example.com' },
      'TIELINE_OIDC_ISSUER',
    ],
    [
      'one by a name like localhost',
      { ...issuer, TIELINE_OIDC_ISSUER: 'http://localhost.evil' },
      'TIELINE_OIDC_ISSUER',
    ],
    ['an issuer without a client', { ...issuer, TIELINE_OIDC_CLIENT_ID: '' }, 'TIELINE_OIDC_CLIENT_ID'],
    ['an issuer without a public address', { ...issuer, TIELINE_PUBLIC_URL: '' }, 'TIELINE_PUBLIC_URL'],
    ['scopes without openid', { ...issuer, TIELINE_OIDC_SCOPES: 'email' }, 'TIELINE_OIDC_SCOPES'],
    [
      'a proxy that is no address',
      { TIELINE_TRUSTED_PROXIES: '10.0.0.0/8, proxy' },
      'TIELINE_TRUSTED_PROXIES',
    ],
    ['neither yes nor no', { TIELINE_LOCAL_SIGN_IN: 'perhaps' }, 'TIELINE_LOCAL_SIGN_IN'],
  ])('%s is refused by name', (_what, environment, name) => {
    expect(() => readConfig(environment)).toThrow(
      expect.objectContaining({ code: 'configuration-invalid', message: expect.stringContaining(name) }),
    );
  });
});
