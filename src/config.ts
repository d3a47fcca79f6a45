import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { TielineError } from './kit/errors.ts';
import { Secret } from './kit/secret.ts';

const cidrs = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])))
  .optional();

/** What the environment may say. Everything has a default: a hub starts with none of it. */
const environmentSchema = z.object({
  TIELINE_HOME: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  TIELINE_MASTER_KEY: z
    .string()
    .min(1)
    .transform((text) => new Secret(text))
    .optional(),
  TIELINE_HOST: z.string().min(1).default('127.0.0.1'),
  TIELINE_PORT: z.coerce.number().int().min(0).max(65_535).default(7400),
  TIELINE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  TIELINE_DENY_ADDRESSES: cidrs,
  // Two are held for good: a replica's own line, and the one on which its worker hears of new jobs.
  TIELINE_DATABASE_POOL: z.coerce.number().int().min(4).max(200).default(16),
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
  host: string;
  port: number;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** CIDR ranges that may not be called, instead of the built-in ones. */
  denyAddresses: string[] | undefined;
  /** The hub that the command line talks to. */
  hubUrl: string;
  /** The API token of the command line. */
  token: Secret | undefined;
  /** For tests: where the process ends itself, see `src/fault.ts`. */
  fault: string | undefined;
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
    host: variables.TIELINE_HOST,
    port: variables.TIELINE_PORT,
    logLevel: variables.TIELINE_LOG_LEVEL,
    denyAddresses: variables.TIELINE_DENY_ADDRESSES,
    hubUrl: variables.TIELINE_URL ?? `http://127.0.0.1:${variables.TIELINE_PORT}`,
    token: variables.TIELINE_TOKEN,
    fault: variables.TIELINE_FAULT,
  };
}
