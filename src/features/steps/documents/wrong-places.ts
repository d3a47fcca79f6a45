import { TielineError } from '../../../kit/errors.ts';
import type { ReadYaml } from './yaml-text.ts';

/** What is wrong in a document, collected over the whole of it, so that one reading tells it all. */
export interface WrongPlaces {
  add(path: readonly string[], message: string): void;
  /** @throws document-invalid naming every place with its line and column, when there is any */
  check(): void;
}

/** `pipeline.stages[0].stage`: indexes as a reader of YAML writes them. */
export const showPath = (path: readonly string[]): string =>
  path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('');

/** More than these are not told at once. */
const mostTold = 50;

/** Collects what is wrong in a document. */
export function createWrongPlaces({ placeOf }: Pick<ReadYaml, 'placeOf'>): WrongPlaces {
  const found: { path: string; message: string }[] = [];
  return {
    add(path, message) {
      const { line, column } = placeOf(path);
      found.push({
        path: showPath(path) || 'the document',
        message: `${message} (line ${line}, column ${column})`,
      });
    },
    check() {
      if (found.length === 0) return;
      const [first] = found;
      const message =
        found.length === 1
          ? `${first?.path}: ${first?.message}`
          : `The document is wrong in ${found.length} places`;
      throw new TielineError('document-invalid', message, { fields: found.slice(0, mostTold) });
    },
  };
}
