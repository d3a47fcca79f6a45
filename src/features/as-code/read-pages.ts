/** Rows that are read at a time. */
const limit = 500;

/** Every item of a store's list, page after page. */
export async function readPages<T extends { id: string }>(
  list: (page: { before?: string; limit: number }) => Promise<T[]>,
): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const page = await list({ before: items.at(-1)?.id, limit });
    items.push(...page);
    if (page.length < limit) return items;
  }
}
