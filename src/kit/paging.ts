import { z } from 'zod';

/** A moment in answers and bodies: ISO 8601 with an offset. */
export const isoDate = z.iso.datetime({ offset: true });

/** A Date as answers carry it. */
export function text(date: Date): string;
export function text(date: Date | null): string | null;
export function text(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}

/** A name that people give: visible, on one line. */
export const nameText = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(/^[^\p{C}]*$/u, 'must not hold control characters')
  .meta({ description: 'A display name, unique in its scope whatever its case.' });

/** `?cursor=&limit=` of every list. */
export const pageQuery = z.strictObject({
  cursor: z.uuid().optional().meta({ description: '`next` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** A page of a list: `next` is the cursor of the page after it, or null at the end. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** The cursor after a page: absent when the page was not full. */
export function cursorOf(items: { id: string }[], limit: number): string | null {
  return items.length < limit ? null : (items.at(-1)?.id ?? null);
}

export const idParameter = z.strictObject({ id: z.uuid() });
