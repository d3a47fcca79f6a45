import { z } from 'zod';
import { roles } from './world.ts';

const identifier = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{1,100}$/, 'may hold letters, digits, ".", "_" and "-" only');
const path = z
  .string()
  .regex(/^[a-zA-Z0-9._-]+(\/[a-zA-Z0-9._-]+)*$/, 'must be a path such as acme/shop/checkout');
const files = z.record(z.string().min(1), z.string());

const account = z.strictObject({
  /** How the host names it; the `uid` of its answers. */
  uid: identifier,
  displayName: z.string().min(1),
  email: z.email(),
  /** A personal access token, or a service account's. */
  token: z.string().min(1),
  type: z.enum(['user', 'serviceaccount']).default('user'),
  /** May do everything: an Account Admin. */
  admin: z.boolean().default(false),
  memberships: z.array(z.strictObject({ space: path, role: z.enum(roles) })).default([]),
});

const space = z.strictObject({ path, description: z.string().default('') });

const repository = z.strictObject({
  path: path.refine((text) => text.includes('/'), 'must lie in a space'),
  description: z.string().default(''),
  defaultBranch: z.string().min(1).default('main'),
  /** The first commit; without any file the repository is empty. */
  files: files.default({ 'README.md': 'Simulated.\n' }),
  /** More branches, each from the default branch, with their commits. */
  branches: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        commits: z.array(z.strictObject({ message: z.string().min(1), files })).default([]),
      }),
    )
    .default([]),
  pullRequests: z
    .array(
      z.strictObject({
        title: z.string().min(1),
        description: z.string().default(''),
        source: z.string().min(1),
        target: z.string().optional(),
        draft: z.boolean().default(false),
      }),
    )
    .default([]),
});

const uniqueBy = (names: string[]) => new Set(names.map((name) => name.toLowerCase())).size === names.length;

/** What a simulated host starts with. Spaces that a path needs are made; unknown fields are refused. */
export const seedSchema = z
  .strictObject({
    accounts: z.array(account).min(1),
    spaces: z.array(space).default([]),
    repositories: z.array(repository).default([]),
  })
  .refine(({ accounts }) => uniqueBy(accounts.map((one) => one.uid)), 'two accounts have the same uid')
  .refine(({ accounts }) => new Set(accounts.map((one) => one.token)).size === accounts.length, {
    error: 'two accounts have the same token',
  })
  .refine(({ repositories }) => uniqueBy(repositories.map((one) => one.path)), {
    error: 'two repositories have the same path',
  });

/** A seed with its defaults filled in. */
export type Seed = z.output<typeof seedSchema>;
/** A seed as it may be written. */
export type SeedInput = z.input<typeof seedSchema>;

/** Reads a seed. @throws Error that names the source and every wrong field by its path */
export function parseSeed(value: unknown, source = 'seed'): Seed {
  const parsed = seedSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((one) => `  ${one.path.join('.') || '(whole)'}: ${one.message}`);
  throw new Error(`${source} is not a seed for the Harness Code simulator:\n${lines.join('\n')}`);
}

/** Reads the text of a seed file. @throws Error as {@link parseSeed} does, and for text that is not JSON */
export function parseSeedText(text: string, source: string): Seed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${source} is not JSON: ${message}`, { cause });
  }
  return parseSeed(value, source);
}
