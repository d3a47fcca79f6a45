/** The paths at which two settings differ, in order, for the audit log: never what stands there. */
export function changedPaths(before: unknown, after: unknown, path = ''): string[] {
  if (isTree(before) && isTree(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys.flatMap((key) =>
      changedPaths(valueAt(before, key), valueAt(after, key), path === '' ? key : `${path}.${key}`),
    );
  }
  return before === after ? [] : [path];
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;

const valueAt = (tree: object, key: string): unknown =>
  Object.entries(tree).find(([name]) => name === key)?.[1];
