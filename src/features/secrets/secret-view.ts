import { z } from 'zod';
import { isoDate, nameText, text } from '../../kit/paging.ts';
import { Secret } from '../../kit/secret.ts';
import { scopeSchema } from '../access/index.ts';
import { textOf } from './machine-secrets.ts';
import { isSecretName } from './reference.ts';
import type { NewValue } from './secret-store.ts';
import type { StoredSecret } from './stored-secret.ts';
import type { SecretVersion } from './version-store.ts';

/** The most that a secret may hold, in bytes of a file or characters of a text. */
const most = 65_536;

const file = z.object({ name: z.string(), bytes: z.number() }).nullable();

/** A secret as the API shows it. */
export const secretView = z.object({
  id: z.string(),
  scope: z.string(),
  name: z.string(),
  description: z.string(),
  kind: z.enum(['text', 'file']),
  file: file.meta({ description: 'Name and size of the file; null for a text.' }),
  usageScopes: z.array(z.string()).meta({
    description: 'Where it may be used: in these scopes and below them.',
  }),
  version: z.number().meta({ description: 'Counts the values that it has had.' }),
  restoredFrom: z.number().nullable().meta({ description: 'The version whose value was taken again.' }),
  createdAt: isoDate,
  updatedAt: isoDate,
});

/** A version as the API shows it. */
export const versionView = z.object({
  version: z.number(),
  state: z.enum(['in-use', 'kept', 'ended']),
  file,
  restoredFrom: z.number().nullable(),
  createdAt: isoDate,
  createdBy: z.string().nullable(),
  endedAt: isoDate.nullable(),
  endedBy: z.string().nullable(),
});

/** Where a secret is used, as the API shows it. */
export const useView = z.object({
  kind: z.string().meta({ description: 'What uses it, e.g. `connection`.' }),
  id: z.string(),
  name: z.string(),
  scope: z.string(),
  path: z.string().meta({ description: 'The setting that refers to it.' }),
});

export const viewSecret = (secret: StoredSecret) => ({
  ...secret,
  createdAt: text(secret.createdAt),
  updatedAt: text(secret.updatedAt),
});

export const viewVersion = (version: SecretVersion) => ({
  ...version,
  createdAt: text(version.createdAt),
  endedAt: text(version.endedAt),
});

const textValue = z
  .string()
  .min(1)
  .max(most)
  .transform((clear) => new Secret(clear))
  .meta({ description: 'The secret itself. It is encrypted and never shown again.' });

/** Its bytes become the text by which it is used: as UTF-8, else as base64. */
const fileValue = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(255)
      .regex(/^[^\p{C}/\\]*$/u, 'must be a file name without folders'),
    content: z
      .base64()
      .min(1)
      .max(Math.ceil(most / 3) * 4)
      .transform((encoded) => Buffer.from(encoded, 'base64')),
  })
  .refine(({ content }) => content.length <= most, {
    path: ['content'],
    error: `must be at most ${most} bytes`,
  })
  .transform(({ name, content }) => ({
    name,
    bytes: content.length,
    value: new Secret(textOf(content)),
  }))
  .meta({
    description: 'A file such as a certificate or a key: `content` is base64. It is never shown again.',
  });

/** The fields of a body that hold a value: one of the two. */
export const valueFields = { value: textValue.optional(), file: fileValue.optional() };

/** Whether a body with {@link valueFields} has one of the two, and what to say when not. */
export const hasOneValue = (body: { value?: Secret; file?: object }): boolean =>
  (body.value === undefined) !== (body.file === undefined);
export const oneValue = { path: ['value'], error: 'give a value or a file, one of the two' };

/** The value of a body that has one. */
export function newValueOf(body: {
  value?: Secret;
  file?: { name: string; bytes: number; value: Secret };
}): NewValue {
  if (body.file !== undefined) {
    const { name, bytes, value } = body.file;
    return { value, file: { name, bytes } };
  }
  if (body.value === undefined) throw new TypeError('a body without a value');
  return { value: body.value };
}

/** The name of a secret. */
export const secretName = nameText.refine(isSecretName, {
  error: 'must not begin with env:, file: or vault:, which say where a secret is kept outside',
});

export const usageScopesField = z.array(scopeSchema).min(1).max(100).meta({
  description: 'Where it may be used, within its scope: in these scopes and below them.',
});

/** The path of one secret. */
export const secretParameter = z.strictObject({
  secret: z.string().min(1).max(300).meta({ description: 'The id, or a name such as `account.jira-token`.' }),
});
