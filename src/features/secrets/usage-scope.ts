import { ancestorsOf } from '../access/index.ts';

/** Whether a scope is one of the usage scopes, or below one. */
export function isWithin(scope: string, usageScopes: string[]): boolean {
  return ancestorsOf(scope).some((ancestor) => usageScopes.includes(ancestor));
}

/** What both allow: of two scopes of which one is above the other, the lower one. */
export function intersectScopes(one: string[], other: string[]): string[] {
  const both = [
    ...one.filter((scope) => isWithin(scope, other)),
    ...other.filter((scope) => isWithin(scope, one)),
  ];
  return [...new Set(both)].sort();
}

/** Usage scopes for a sentence: `acme and acme/shop`. */
export function titleOfScopes(scopes: string[]): string {
  if (scopes.length === 0) return 'nowhere';
  return scopes.length === 1 ? `${scopes[0]}` : `${scopes.slice(0, -1).join(', ')} and ${scopes.at(-1)}`;
}
