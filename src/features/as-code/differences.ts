import { isDeepStrictEqual } from 'node:util';
import type { Difference } from './resource.ts';

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Where two values differ, in the order of their fields. Objects are compared field by field, lists as a whole; a field
 * that is undefined is not there.
 */
export function differences(before: unknown, after: unknown, path = ''): Difference[] {
  if (isTree(before) && isTree(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) =>
      differences(valueAt(before, key), valueAt(after, key), path === '' ? key : `${path}.${key}`),
    );
  }
  if (isDeepStrictEqual(before, after)) return [];
  return [{ path, before: before ?? null, after: after ?? null }];
}

const valueAt = (tree: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(tree, key) ? tree[key] : undefined;
