import type { Prepared } from './entity-wire.ts';

/** An entity on its way: what is sent, and its place in the list that was given. */
export interface BulkItem {
  index: number;
  entity: Prepared & { ready: true };
  sequence: number;
}

/**
 * Requests of at most `size` entities. Several states of one entity never share a request, for Jira does not say
 * which would win there: the lowest sequences go in the first requests, the next ones after them.
 */
export function splitIntoRequests(items: BulkItem[], size: number): BulkItem[][] {
  const waves: BulkItem[][] = [];
  const seen = new Map<string, number>();
  for (const item of items.toSorted((one, other) => one.sequence - other.sequence)) {
    const wave = seen.get(item.entity.key) ?? 0;
    seen.set(item.entity.key, wave + 1);
    const members = waves[wave] ?? [];
    members.push(item);
    waves[wave] = members;
  }
  return waves.flatMap((wave) =>
    Array.from({ length: Math.ceil(wave.length / size) }, (_, part) =>
      wave.slice(part * size, (part + 1) * size),
    ),
  );
}

/** A refused request in two, the first not smaller than the second. */
export function halve(items: BulkItem[]): [BulkItem[], BulkItem[]] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}
