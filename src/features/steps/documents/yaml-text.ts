import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';

/** Where something stands, counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** A document as data, with what an error needs to point into it. */
export interface ReadYaml {
  data: Json;
  /** Of what stands at a path, or of the nearest above it. */
  placeOf(path: readonly string[]): Place;
  /**
   * Its texts and the lines in which they begin; those that an alias repeats only where they are written, and none that
   * are nested deeper than anything a step knows.
   */
  listTexts(): Iterable<{ path: string[]; text: string; line: number }>;
}

const mebibyte = 1024 * 1024;
const mostBytes = mebibyte;
/** A few anchors are used in earnest; nested ones that unfold to millions are not. */
const maxAliasCount = 100;
const mostUnfolded = 4 * mebibyte;
/** More mistakes than these are not told at once. */
const mostTold = 20;
/** A field within groups within groups of a pipeline lies at about half of that. */
const deepestText = 64;

const refuse = (message: string, fields: { path: string; message: string }[] = []): TielineError =>
  new TielineError('document-invalid', message, { fields });

/**
 * Reads one YAML (or JSON) document. Numbers that JSON would write otherwise stay the texts that they were: `1.10`, `007`.
 * @throws document-invalid with line and column for what is no YAML; for more than 1 MiB, several documents, and aliases
 * that unfold to more than 4 MiB
 */
export function readYaml(text: string): ReadYaml {
  if (Buffer.byteLength(text) > mostBytes) throw refuse('The document is larger than 1 MiB');
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const troubles = [...document.errors, ...document.warnings];
  if (troubles.length > 0) {
    const fields = troubles.slice(0, mostTold).map(({ pos, code, message }) => {
      const { line, column } = placeAt(pos[0]);
      const told = code === 'MULTIPLE_DOCS' ? 'A second document begins here; there may be one' : message;
      return { path: `line ${line}, column ${column}`, message: told };
    });
    throw refuse('The document is not YAML', fields);
  }
  visit(document, {
    Scalar(_, node) {
      if (typeof node.value !== 'number' || node.source === undefined) return;
      if (String(node.value) !== node.source) node.value = node.source;
    },
  });
  return {
    data: unfold(document),
    placeOf: (path) => placeAt(findOffset(document, path)),
    *listTexts() {
      for (const { path, text, offset } of textsIn(document.contents, [])) {
        yield { path, text, line: placeAt(offset).line };
      }
    },
  };
}

function* textsIn(
  node: unknown,
  path: string[],
): Generator<{ path: string[]; text: string; offset: number }> {
  if (path.length > deepestText) return;
  if (isScalar(node)) {
    if (typeof node.value === 'string' && node.range != null)
      yield { path, text: node.value, offset: node.range[0] };
  } else if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* textsIn(item, [...path, String(index)]);
  } else if (isMap(node)) {
    for (const { key, value } of node.items) {
      yield* textsIn(value, [...path, String(isScalar(key) ? key.value : key)]);
    }
  }
}

function unfold(document: Document.Parsed): Json {
  let data: Json;
  let size: number;
  try {
    data = document.toJS({ maxAliasCount });
    // Throws for what holds itself.
    size = JSON.stringify(data ?? null).length;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw refuse(`The aliases of the document cannot be followed: ${reason}`);
  }
  if (size > mostUnfolded) throw refuse('The document unfolds to more than 4 MiB');
  return data ?? null;
}

/** Where the value at a path begins, or the nearest above it that is there. */
function findOffset(document: Document.Parsed, path: readonly string[]): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(path.slice(0, depth).map(asIndex), true);
    if (isNode(node) && node.range != null && !(isScalar(node) && node.value === undefined))
      return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

const asIndex = (part: string) => (/^\d+$/.test(part) ? Number(part) : part);
