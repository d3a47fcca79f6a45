import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
  for (const scope of ['account', 'acme', 'acme/shop']) {
    await hub.call('POST', '/api/v1/secrets', { scope, name: 'jira-token', value: 'x' });
  }
});
afterAll(() => hub.close());

const apply = (connector: object) => hub.call('POST', '/api/v1/apply', { documents: [{ connector }] });
const connector = (spec: object, more: object = {}) => ({
  name: 'Our Jira',
  identifier: 'our_jira',
  type: 'Jira',
  spec: { jiraUrl: 'https://jira.example.com', ...spec },
  ...more,
});
const password = (more: object = {}) => ({
  auth: { type: 'UsernamePassword', spec: { username: 'bot', passwordRef: 'account.jira-token', ...more } },
});

describe('a Jira connector of Harness', () => {
  it.each([
    [
      'a password',
      connector(password()),
      'account',
      { type: 'password', username: 'bot', password: { secret: 'account.jira-token' } },
    ],
    [
      'an API token in a project',
      connector(
        {
          jiraUrl: 'https://acme.atlassian.net/jira/your-work',
          ...password({ username: 'bot@example.com', passwordRef: 'org.jira-token' }),
        },
        { orgIdentifier: 'acme', projectIdentifier: 'shop' },
      ),
      'acme/shop',
      { type: 'api-token', email: 'bot@example.com', token: { secret: 'org.jira-token' } },
    ],
    [
      'a personal access token in an organization',
      connector(
        { auth: { type: 'PersonalAccessToken', spec: { patRef: 'jira-token' } } },
        { orgIdentifier: 'acme' },
      ),
      'acme',
      { type: 'personal-access-token', token: { secret: 'jira-token' } },
    ],
    [
      'the fields from before there was auth',
      connector({ username: 'old', passwordRef: 'account.jira-token' }, { identifier: 'older' }),
      'account',
      { type: 'password', username: 'old', password: { secret: 'account.jira-token' } },
    ],
  ])('with %s becomes a connection', async (_what, document, scope, platform) => {
    const { body, text } = await apply(document);
    expect(body.items, text).toMatchObject([
      { action: 'create', kind: 'Connection', scope, name: document.identifier },
    ]);
    const { body: made } = await hub.call('GET', `/api/v1/connections/${body.items[0].id}`);
    expect(made.settings.platform).toMatchObject(platform);
    expect((await apply(document)).body.items).toMatchObject([{ action: 'unchanged' }]);
  });

  it('says what of it has no place here', async () => {
    const { body } = await apply(
      connector(
        { ...password(), delegateSelectors: ['eu'], executeOnDelegate: true, ignoreTestConnection: false },
        { identifier: 'noted', description: 'Of the shop', tags: {} },
      ),
    );
    expect(body.notices).toEqual([
      { document: 0, message: 'description has no place here and was left out' },
      { document: 0, message: 'delegateSelectors has no place here and was left out' },
      { document: 0, message: 'executeOnDelegate has no place here and was left out' },
    ]);
  });

  const auth = 'spec.auth.spec';
  it.each([
    [connector({ ...password(), jiraUrl: '' }), 'spec.jiraUrl', 'Jira URL cannot be empty'],
    [connector({ ...password(), jiraUrl: 'nonsense' }), 'spec.jiraUrl', 'must be an address'],
    [connector(password({ username: undefined })), `${auth}.username`, 'Username cannot be empty'],
    [
      connector(password({ usernameRef: 'account.name' })),
      `${auth}.usernameRef`,
      'Only one of username or usernameRef can be provided',
    ],
    [
      connector(password({ username: undefined, usernameRef: 'account.name' })),
      `${auth}.usernameRef`,
      'write it out as username',
    ],
    [connector(password({ passwordRef: undefined })), `${auth}.passwordRef`, 'Password cannot be empty'],
    [connector({ auth: { type: 'UsernamePassword' } }), auth, 'Auth spec cannot be empty'],
    [connector({}), 'spec.username', 'Username cannot be empty'],
    [
      connector({ auth: { type: 'PersonalAccessToken', spec: {} } }),
      `${auth}.patRef`,
      'Jira PAT cannot be empty',
    ],
    [connector({ auth: { type: 'OAuth', spec: {} } }), 'spec.auth.type', 'must be UsernamePassword or'],
    [
      connector({
        jiraUrl: 'https://acme.atlassian.net',
        auth: { type: 'PersonalAccessToken', spec: { patRef: 'account.jira-token' } },
      }),
      'spec.auth.type',
      'Jira Server and Data Center alone',
    ],
    [
      connector({ jiraUrl: 'https://acme.atlassian.net', ...password() }),
      `${auth}.username`,
      'whole e-mail address',
    ],
    [
      connector(password({ passwordRef: '<+secrets.getValue("account.jira-token")>' })),
      `${auth}.passwordRef`,
      'is an expression of Harness',
    ],
    [connector(password(), { type: 'Github' }), 'type', 'must be Jira'],
    [connector(password(), { projectIdentifier: 'shop' }), 'orgIdentifier', 'An organization must be given'],
    [connector(password(), { orgIdentifier: 'a b' }), 'orgIdentifier', 'expected "account"'],
    [connector(password(), { orgIdentifer: 'acme' }), 'orgIdentifer', 'is no field'],
    [connector({ ...password(), jiraURL: 'x' }), 'spec.jiraURL', 'is no field'],
  ])('%j is refused at %s: %s', async (document, path, message) => {
    const { body, status } = await apply(document);
    expect(status).toBe(400);
    expect(body.errors).toContainEqual({
      path: `documents.0.connector.${path}`,
      message: expect.stringContaining(message),
    });
  });

  it('that names a secret which is not there is refused', async () => {
    expect((await apply(connector(password({ passwordRef: 'account.gone' })))).body).toMatchObject({
      code: 'reference-not-found',
      errors: [{ path: 'documents.0', message: expect.stringContaining('account.gone') }],
    });
  });
});
