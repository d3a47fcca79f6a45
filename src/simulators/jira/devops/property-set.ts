import { createHash } from 'node:crypto';

const hash = (key: string, value: string) =>
  createHash('sha256')
    .update(JSON.stringify([key, value]))
    .digest('hex');

/**
 * The properties of a submission as Jira keeps them: hashed, so that they can be asked for but never read back.
 */
export interface PropertySet {
  size: number;
  /** True when every given pair is among them. */
  hasAll(pairs: [key: string, value: string][]): boolean;
}

/** Keeps only the hashes of the pairs. */
export function createPropertySet(properties: Record<string, string>): PropertySet {
  const hashes = new Set(Object.entries(properties).map(([key, value]) => hash(key, value)));
  return {
    size: hashes.size,
    hasAll: (pairs) => pairs.every(([key, value]) => hashes.has(hash(key, value))),
  };
}
