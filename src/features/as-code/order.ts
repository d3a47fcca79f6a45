import { TielineError } from '../../kit/errors.ts';
import { getKind } from './kinds.ts';
import { type Document, type ResourceReference, titleOf } from './resource.ts';

/** By what a document and its resource find each other. */
export function identityOf(document: Pick<Document, 'kind' | 'scope' | 'name' | 'spec'>): string {
  const own = getKind(document.kind).identityOf?.(document);
  return own === undefined ? identityOfReference(document) : `${document.kind} ${own}`;
}

/** The identity of what a reference leads to. */
export const identityOfReference = ({ kind, scope, name }: ResourceReference): string =>
  `${kind} ${scope}/${name.toLowerCase()}`;

/**
 * Documents in an order in which each comes after those that it refers to, otherwise as they are given.
 * @throws request-invalid naming the circle when they refer to each other in one; as `guard` makes of what it throws
 */
export function inDependencyOrder<D extends Document>(
  documents: D[],
  guard: <T>(document: D, look: () => T) => T,
): D[] {
  const byIdentity = new Map(documents.map((one) => [guard(one, () => identityOf(one)), one]));
  const state = new Map<D, 'open' | 'done'>();
  const ordered: D[] = [];
  const visit = (document: D, path: D[]): void => {
    if (state.get(document) === 'done') return;
    if (state.get(document) === 'open') {
      const circle = [...path.slice(path.indexOf(document)), document].map(titleOf).join(' → ');
      guard(document, (): void => {
        throw new TielineError('request-invalid', `The documents refer to each other in a circle: ${circle}`);
      });
    }
    state.set(document, 'open');
    const needed = guard(document, () => getKind(document.kind).dependsOn(document));
    for (const reference of needed) {
      const other = byIdentity.get(identityOfReference(reference));
      if (other !== undefined) visit(other, [...path, document]);
    }
    state.set(document, 'done');
    ordered.push(document);
  };
  for (const document of documents) visit(document, []);
  return ordered;
}
