import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../database/index.ts';
import type { Change } from '../access/index.ts';

const labelKey = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9_./-]{0,62})$/,
    'must be 1 to 63 letters, digits and _ . / -, a letter or digit first',
  );
const labelValue = z
  .string()
  .max(63)
  .regex(/^[A-Za-z0-9_./-]*$/, 'must be at most 63 letters, digits and _ . / -');

/** The labels of a document. */
export const labelsSchema = z
  .record(labelKey, labelValue)
  .refine((labels) => Object.keys(labels).length <= 20, 'at most 20 labels');

/** A label as `key=value`, the value of which may be empty. */
export const labelText = z
  .string()
  .max(130)
  .refine((text) => {
    const { key, value } = parseLabel(text);
    return text.includes('=') && labelKey.safeParse(key).success && labelValue.safeParse(value).success;
  }, 'must be a label such as team=shop')
  .meta({ description: 'A label as `key=value`.', examples: ['team=shop'] });

/** The parts of a {@link labelText}. */
export function parseLabel(text: string): { key: string; value: string } {
  const [key = '', ...rest] = text.split('=');
  return { key, value: rest.join('=') };
}

/** Labels by resource: the key is the kind, a space and the id. */
export async function readLabels(
  { kysely }: Pick<Database, 'kysely'>,
  kinds: string[],
): Promise<Map<string, Record<string, string>>> {
  const { rows } = await sql<{ kind: string; id: string; labels: Record<string, string> }>`
    select kind, resource_id as id, labels from resource_labels where kind = any(${kinds}::text[])`.execute(
    kysely,
  );
  return new Map(rows.map(({ kind, id, labels }) => [`${kind} ${id}`, labels]));
}

/** The kinds of which some resource has a label. */
export async function findLabelledKinds(
  { kysely }: Pick<Database, 'kysely'>,
  { key, value }: { key: string; value: string },
): Promise<string[]> {
  const { rows } = await sql<{ kind: string }>`
    select distinct kind from resource_labels where labels @> ${JSON.stringify({ [key]: value })}::jsonb`.execute(
    kysely,
  );
  return rows.map(({ kind }) => kind);
}

/** Gives a resource these labels in place of others; none when there are none. */
export async function writeLabels(
  { trx }: Pick<Change, 'trx'>,
  { kind, id }: { kind: string; id: string },
  labels: Record<string, string>,
): Promise<void> {
  if (Object.keys(labels).length === 0) {
    await sql`delete from resource_labels where kind = ${kind} and resource_id = ${id}`.execute(trx);
    return;
  }
  await sql`
    insert into resource_labels (kind, resource_id, labels) values (${kind}, ${id}, ${JSON.stringify(labels)})
    on conflict (kind, resource_id) do update set labels = excluded.labels`.execute(trx);
}
