import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { TielineError } from './kit/errors.ts';
import { Secret } from './kit/secret.ts';

const commaList = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])));
const cidrs = commaList.optional();

/** The address of a hub, as browsers see it: without a path, as pages and cookies belong to the whole of it. */
const publicAddress = z
  .url({ protocol: /^https?$/ })
  .refine((text) => /^https?:\/\/[^/?#]+\/?$/.test(text), { message: 'must have no path' })
  .transform((text) => new URL(text).origin);
/** An issuer sends codes and tokens: plain HTTP is for one on this machine. */
const issuerAddress = z
  .url({ protocol: /^https?$/ })
  .refine(
    (text) => text.startsWith('https:') || /^http:\/\/(localhost|127\.[\d.]+|\[::1\])([:/]|$)/.test(text),
    { message: 'must be https, unless it is on this machine' },
  );

/** What the environment may say. Everything has a default: a hub starts with none of it. */
const environmentSchema = z.object({
  TIELINE_HOME: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  TIELINE_MASTER_KEY: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional(),
  TIELINE_NEW_MASTER_KEY: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional(),
  TIELINE_SECRET_FILES: commaList.default(['/run/secrets', '/etc/tieline/secrets']),
  TIELINE_SECRET_VARIABLES: commaList.default([]),
  TIELINE_SECRET_VERSIONS: z.coerce.number().int().min(0).max(1_000).default(5),
  TIELINE_HOST: z.string().min(1).default('127.0.0.1'),
  TIELINE_PORT: z.coerce.number().int().min(0).max(65_535).default(7400),
  TIELINE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  TIELINE_DENY_ADDRESSES: cidrs,
  // Two are held for good: a replica's own line, and the one on which its worker hears of new jobs.
  TIELINE_DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(16),
  TIELINE_PUBLIC_URL: publicAddress.optional(),
  TIELINE_TRUSTED_PROXIES: commaList
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], { error: 'no address or range' })))
    .default([]),
  TIELINE_LOCAL_SIGN_IN: z.stringbool().default(true),
  TIELINE_OIDC_ISSUER: issuerAddress.optional(),
  TIELINE_OIDC_CLIENT_ID: z.string().min(1).optional(),
  // Encoded for HTTP Basic at once, as RFC 6749 §2.3.1 has it: later nobody may see it.
  TIELINE_OIDC_CLIENT_SECRET: z
    .string()
    .transform((text) => new Secret(new URLSearchParams({ x: text }).toString().slice('x='.length)))
    .optional(),
  TIELINE_OIDC_LABEL: z.string().min(1).max(60).default('single sign-on'),
  TIELINE_OIDC_SCOPES: z
    .string()
    .refine((text) => text.split(' ').includes('openid'), { message: 'must hold "openid"' })
    .default('openid email profile'),
  TIELINE_OIDC_GROUPS_CLAIM: z.string().min(1).default('groups'),
  TIELINE_OIDC_UNKNOWN_USERS: z.enum(['refuse', 'create']).default('refuse'),
  TIELINE_OIDC_ALLOW_ADDRESSES: commaList.default([]),
  TIELINE_URL: z.string().optional(),
  TIELINE_TOKEN: z
    .string()
    .transform((text) => new Secret(text))
    .optional(),
  TIELINE_FAULT: z.string().optional(),
  HOME: z.string().optional(),
});

/** The configuration of a process. */
export interface Config {
  /** Where the embedded database, its key and the log live. */
  home: string;
  /** An external PostgreSQL; absent: the embedded one. */
  databaseUrl: string | undefined;
  databasePool: number;
  masterKey: Secret | undefined;
  /** For the command line: the master key that a rotation leads to. */
  newMasterKey: Secret | undefined;
  /** What references to secrets may read of this machine. */
  machineSecrets: {
    environment: { allows(name: string): boolean; find(name: string): Secret | undefined };
    folders: string[];
  };
  /** How many earlier values of a secret are kept. */
  secretVersions: number;
  host: string;
  port: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** CIDR ranges that may not be called, instead of the built-in ones. */
  denyAddresses: string[] | undefined;
  /** Addresses and CIDR ranges of reverse proxies, whose word on where a request comes from is taken. */
  trustedProxies: string[];
  /** How people sign in. */
  signIn: {
    /** The hub's address as browsers see it. */
    publicUrl: string | undefined;
    /** Whether users may have passwords. */
    local: boolean;
    /** Absent: no OpenID Connect. */
    oidc: OidcConfig | undefined;
  };
  /** The hub that the command line talks to. */
  hubUrl: string;
  /** The API token of the command line. */
  token: Secret | undefined;
  /** For tests: where the process ends itself, see `src/compose/fault-hook.ts`. */
  fault: string | undefined;
}

/** The issuer of OpenID Connect and what is expected of it: docs/access.md. */
interface OidcConfig {
  issuer: string;
  clientId: string;
  clientSecret: Secret | undefined;
  label: string;
  scopes: string;
  groupsClaim: string;
  unknownUsers: 'create' | 'refuse';
  allowAddresses: string[];
}

/**
 * Reads the configuration from an environment.
 * @throws configuration-invalid naming each wrong variable
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    throw new TielineError(
      'configuration-invalid',
      wrong.map(({ path, message }) => `${path}: ${message}`).join('; '),
      { fields: wrong },
    );
  }
  const variables = parsed.data;
  return {
    home: variables.TIELINE_HOME ?? join(variables.HOME ?? homedir(), '.tieline'),
    databaseUrl: variables.DATABASE_URL,
    databasePool: variables.TIELINE_DATABASE_POOL,
    masterKey: variables.TIELINE_MASTER_KEY,
    newMasterKey: variables.TIELINE_NEW_MASTER_KEY,
    machineSecrets: {
      environment: secretVariables(given, variables.TIELINE_SECRET_VARIABLES),
      folders: variables.TIELINE_SECRET_FILES,
    },
    secretVersions: variables.TIELINE_SECRET_VERSIONS,
    host: variables.TIELINE_HOST,
    port: variables.TIELINE_PORT,
    logLevel: variables.TIELINE_LOG_LEVEL,
    denyAddresses: variables.TIELINE_DENY_ADDRESSES,
    trustedProxies: variables.TIELINE_TRUSTED_PROXIES,
    signIn: {
      publicUrl: variables.TIELINE_PUBLIC_URL,
      local: variables.TIELINE_LOCAL_SIGN_IN,
      oidc: oidcOf(variables),
    },
    hubUrl: variables.TIELINE_URL ?? `http://127.0.0.1:${variables.TIELINE_PORT}`,
    token: variables.TIELINE_TOKEN,
    fault: variables.TIELINE_FAULT,
  };
}

/** Variables whose value is a secret of the hub itself, and never that of a connection. */
const ownSecrets = ['DATABASE_URL', 'TIELINE_MASTER_KEY', 'TIELINE_NEW_MASTER_KEY', 'TIELINE_TOKEN'];

/** The variables that references to secrets may read: those named `TIELINE_SECRET_…`, and those listed. */
function secretVariables(given: Record<string, string | undefined>, listed: string[]) {
  const allows = (name: string): boolean =>
    (name.startsWith('TIELINE_SECRET_') || listed.includes(name)) &&
    !ownSecrets.includes(name) &&
    !Object.hasOwn(environmentSchema.shape, name);
  return {
    allows,
    find(name: string): Secret | undefined {
      const value = allows(name) && Object.hasOwn(given, name) ? given[name] : undefined;
      return value === undefined ? undefined : new Secret(value);
    },
  };
}

/** @throws configuration-invalid when an issuer lacks what it needs */
function oidcOf(variables: z.infer<typeof environmentSchema>): OidcConfig | undefined {
  const { TIELINE_OIDC_ISSUER: issuer, TIELINE_OIDC_CLIENT_ID: clientId } = variables;
  if (issuer === undefined) return undefined;
  if (clientId === undefined || variables.TIELINE_PUBLIC_URL === undefined) {
    throw new TielineError(
      'configuration-invalid',
      'TIELINE_OIDC_ISSUER needs TIELINE_OIDC_CLIENT_ID and TIELINE_PUBLIC_URL beside it',
    );
  }
  return {
    issuer,
    clientId,
    clientSecret: variables.TIELINE_OIDC_CLIENT_SECRET,
    label: variables.TIELINE_OIDC_LABEL,
    scopes: variables.TIELINE_OIDC_SCOPES,
    groupsClaim: variables.TIELINE_OIDC_GROUPS_CLAIM,
    unknownUsers: variables.TIELINE_OIDC_UNKNOWN_USERS,
    allowAddresses: variables.TIELINE_OIDC_ALLOW_ADDRESSES,
  };
}
