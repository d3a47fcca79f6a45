import { z } from 'zod';
import type { Raw } from './envelope.ts';

/** A place in a Harness file and what is wrong there. */
type Wrong = { path: string; message: string };

const text = (error: string) => z.string({ error }).trim().min(1, error);
const secretText = (error: string) => text(error).max(1_000);

/** Fields that say how Harness itself runs the connector. */
const without = {
  description: z.unknown().optional(),
  tags: z.unknown().optional(),
  accountIdentifier: z.unknown().optional(),
};
const withoutInSpec = {
  delegateSelectors: z.unknown().optional(),
  executeOnDelegate: z.unknown().optional(),
  ignoreTestConnection: z.unknown().optional(),
};

const user = {
  username: z.string().trim().optional(),
  usernameRef: z.string().trim().optional(),
  passwordRef: secretText('Password cannot be empty'),
};

/** Harness's own words where Harness has some; see its YAML of a Jira connector. */
const connectorSchema = z.strictObject({
  name: z.unknown().optional(),
  identifier: text('Identifier cannot be empty'),
  orgIdentifier: z.string().trim().min(1).optional(),
  projectIdentifier: z.string().trim().min(1).optional(),
  ...without,
  type: z.literal('Jira', { error: 'must be Jira: no other connector of Harness has a counterpart here' }),
  spec: z.strictObject({
    jiraUrl: text('Jira URL cannot be empty'),
    ...withoutInSpec,
    auth: z
      .discriminatedUnion(
        'type',
        [
          z.strictObject({
            type: z.literal('UsernamePassword'),
            spec: z.strictObject(user, { error: 'Auth spec cannot be empty' }),
          }),
          z.strictObject({
            type: z.literal('PersonalAccessToken'),
            spec: z.strictObject(
              { patRef: secretText('Jira PAT cannot be empty') },
              { error: 'Auth spec cannot be empty' },
            ),
          }),
        ],
        { error: 'must be UsernamePassword or PersonalAccessToken' },
      )
      .optional(),
    // As it was before there was `auth`.
    username: user.username,
    usernameRef: user.usernameRef,
    passwordRef: z.string().trim().optional(),
  }),
});
type HarnessConnector = z.output<typeof connectorSchema>;

/** Whether a document is a connector as Harness writes it. */
export const isHarnessConnector = (given: Record<string, unknown>): boolean =>
  'connector' in given && !('kind' in given);

/** Every text that holds an expression, which only a run of Harness could resolve. */
function findExpressions(value: unknown, path: string): Wrong[] {
  if (typeof value === 'string') {
    const message = 'is an expression of Harness, which is not resolved here: write the value out';
    return value.includes('<+') ? [{ path, message }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => findExpressions(member, `${path}.${key}`));
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Hosts of Jira Cloud, where the user name is an e-mail address and the password an API token. */
const isCloud = (address: string): boolean =>
  /\.(?:atlassian\.net|jira\.com)$/.test(URL.parse(address)?.hostname ?? '');

/**
 * Reads a Jira connector of Harness as a connection: its scope from organization and project, its name the identifier,
 * by which others refer to it. Cloud or Data Center is told by the address.
 */
export function readHarnessConnector(given: Record<string, unknown>): Raw | { wrong: Wrong[] } {
  const { connector: inner, ...others } = given;
  const stray = Object.keys(others).map((path) => ({ path, message: 'is no field that is known here' }));
  const expressions = findExpressions(inner, 'connector');
  if (stray.length + expressions.length > 0) return { wrong: [...stray, ...expressions] };
  const parsed = connectorSchema.safeParse(inner);
  if (!parsed.success) {
    const wrong = parsed.error.issues.flatMap((issue) => {
      const path = ['connector', ...issue.path.map(String)];
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [];
      if (keys.length === 0) return [{ path: path.join('.'), message: issue.message }];
      return keys.map((key) => ({
        path: [...path, key].join('.'),
        message: 'is no field of a Jira connector of Harness that is known here',
      }));
    });
    return { wrong };
  }
  return convert(parsed.data);
}

function convert(connector: HarnessConnector): Raw | { wrong: Wrong[] } {
  const { identifier, orgIdentifier, projectIdentifier, spec } = connector;
  if (projectIdentifier !== undefined && orgIdentifier === undefined) {
    const message = 'An organization must be given beside the project';
    return { wrong: [{ path: 'connector.orgIdentifier', message }] };
  }
  const scope =
    [orgIdentifier, projectIdentifier].filter((part) => part !== undefined).join('/') || 'account';
  const platform = readPlatform(spec);
  if ('wrong' in platform) return platform;
  const { places, ...settings } = platform;
  return {
    given: {
      kind: 'Connection',
      name: identifier,
      scope,
      spec: { connector: 'jira', settings: { baseUrl: spec.jiraUrl, platform: settings.platform } },
    },
    locate: locator({
      name: 'connector.identifier',
      scope: orgIdentifier === undefined ? 'connector' : 'connector.orgIdentifier',
      'settings.baseUrl': 'connector.spec.jiraUrl',
      ...places,
    }),
    notices: noticesOf(connector),
  };
}

/** The credential as ours, and where each field of it stands. */
function readPlatform(
  spec: HarnessConnector['spec'],
): { platform: Record<string, unknown>; places: Record<string, string> } | { wrong: Wrong[] } {
  const { jiraUrl, auth } = spec;
  const cloud = isCloud(jiraUrl);
  if (auth?.type === 'PersonalAccessToken') {
    if (cloud) {
      const message =
        'is for Jira Server and Data Center alone: on Cloud give an e-mail address and an API token';
      return { wrong: [{ path: 'connector.spec.auth.type', message }] };
    }
    const path = 'connector.spec.auth.spec.patRef';
    return {
      platform: { type: 'personal-access-token', token: { secret: auth.spec.patRef } },
      places: { 'settings.platform.token': path },
    };
  }
  const below = auth === undefined ? 'connector.spec' : 'connector.spec.auth.spec';
  const { username = '', usernameRef = '', passwordRef = '' } = auth?.spec ?? spec;
  const wrong = (field: string, message: string) => ({ wrong: [{ path: `${below}.${field}`, message }] });
  if (username !== '' && usernameRef !== '') {
    return wrong('usernameRef', 'Only one of username or usernameRef can be provided');
  }
  if (usernameRef !== '') {
    return wrong('usernameRef', 'A user name is no secret here: write it out as username');
  }
  if (username === '') return wrong('username', 'Username cannot be empty');
  if (passwordRef === '') return wrong('passwordRef', 'Password cannot be empty');
  const [name, secret] = [`${below}.username`, `${below}.passwordRef`];
  return cloud
    ? {
        platform: { type: 'api-token', email: username, token: { secret: passwordRef } },
        places: { 'settings.platform.email': name, 'settings.platform.token': secret },
      }
    : {
        platform: { type: 'password', username, password: { secret: passwordRef } },
        places: { 'settings.platform.username': name, 'settings.platform.password': secret },
      };
}

/** The place of a field by the longest beginning of its path that is known. */
function locator(places: Record<string, string>): (path: string) => string {
  const known = Object.keys(places).toSorted((one, other) => other.length - one.length);
  return (path) => {
    const found = known.find((place) => path === place || path.startsWith(`${place}.`));
    return (found && places[found]) ?? 'connector';
  };
}

function noticesOf(connector: HarnessConnector): string[] {
  const given = [
    ...Object.keys(without).map((field) => [field, Object.entries(connector)] as const),
    ...Object.keys(withoutInSpec).map((field) => [field, Object.entries(connector.spec)] as const),
  ];
  return given
    .filter(([field, entries]) => !isEmpty(entries.find(([key]) => key === field)?.[1]))
    .map(([field]) => `${field} has no place here and was left out`);
}
