import { z } from 'zod';
import { isoDate, text } from '../../kit/paging.ts';
import type { ConnectKey } from './connect-key-store.ts';

/** What a connect key may report, as it is asked for. */
export const keyRules = {
  projects: z
    .array(z.string().regex(/^[A-Z][A-Z0-9_]{1,254}$/, 'expected a project key such as MYT'))
    .min(1)
    .max(500),
  kinds: z.array(z.enum(['build', 'deployment'])).min(1),
  environments: z.array(z.string().min(1).max(255)).min(1).max(500),
};

/** A connect key as the API shows it. */
export const keyView = z.object({
  id: z.string(),
  connectionId: z.string(),
  name: z.string(),
  hint: z.string().meta({ description: 'The beginning and the end of the key, to tell keys apart.' }),
  projects: z.array(z.string()).nullable(),
  kinds: z.array(z.string()).nullable(),
  environments: z.array(z.string()).nullable(),
  createdBy: z
    .object({ id: z.string(), name: z.string() })
    .nullable()
    .meta({ description: 'The API token that made it; null for keys from before this was recorded.' }),
  rotatedFrom: z.string().nullable().meta({ description: 'The key in whose place it was made.' }),
  createdAt: isoDate,
  expiresAt: isoDate.nullable(),
  revokedAt: isoDate.nullable(),
  lastUsedAt: isoDate.nullable(),
});

/** Shows a connect key. */
export const viewKey = (key: ConnectKey) => ({
  ...key,
  createdAt: text(key.createdAt),
  expiresAt: text(key.expiresAt),
  revokedAt: text(key.revokedAt),
  lastUsedAt: text(key.lastUsedAt),
});
