import { z } from 'zod';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import { wrongFields } from '../../kit/wrong-fields.ts';
import { scopeSchema } from '../access/index.ts';
import { isHarnessConnector, readHarnessConnector } from './harness-connector.ts';
import { getKind, kindNames } from './kinds.ts';
import { labelsSchema } from './labels.ts';
import { type Document, titleOf } from './resource.ts';
import type { Stores } from './stores.ts';

/** A document as it was given, with what an error needs to point into it. */
export interface Placed extends Document {
  /** Which of the documents it is. */
  index: number;
  /** Where a field of the spec, the name or the scope stands in what was given. */
  locate(path: string): string;
  /** What of it has no place here. */
  notices: string[];
}

/** A document before its fields are checked. */
export interface Raw {
  given: Record<string, unknown>;
  locate(path: string): string;
  notices: string[];
}

type Wrong = { path: string; message: string };

const envelope = z.strictObject({
  kind: z.enum(kindNames, { error: `must be one of ${kindNames.join(', ')}` }),
  name: z.string({ error: 'must be a text' }),
  scope: scopeSchema.default('account'),
  labels: labelsSchema.default({}),
  spec: z.looseObject({}),
});

/** Fields of a document that stand beside its spec. */
const outer = new Set(['kind', 'name', 'scope', 'labels']);
const inEnvelope = (path: string): string =>
  outer.has(path.split('.')[0] ?? '') || path === '' ? path : `spec.${path}`;

/**
 * Reads documents: those of our envelope, and Harness connectors as they are.
 * @throws request-invalid naming every wrong field of every document
 */
export function readDocuments(given: Record<string, unknown>[], stores: Stores): Placed[] {
  const wrongs: Wrong[] = [];
  const documents = given.flatMap((document, index) => {
    const { read, wrong } = readOne(document, index, stores);
    wrongs.push(...wrong);
    return read === undefined ? [] : [read];
  });
  if (wrongs.length === 0) return documents;
  const count = new Set(wrongs.map(({ path }) => path.split('.', 2).join('.'))).size;
  throw new TielineError(
    'request-invalid',
    count === 1 ? 'A document is not valid' : `${count} documents are not valid`,
    { fields: wrongs },
  );
}

function readOne(
  given: Record<string, unknown>,
  index: number,
  stores: Stores,
): { read?: Placed; wrong: Wrong[] } {
  const at = (path: string) => (path === '' ? `documents.${index}` : `documents.${index}.${path}`);
  const placed = (fields: Wrong[], locate: (path: string) => string) => ({
    wrong: fields.map(({ path, message }) => ({ path: at(locate(path)), message })),
  });
  const raw = isHarnessConnector(given)
    ? readHarnessConnector(given)
    : { given, locate: inEnvelope, notices: [] };
  if ('wrong' in raw) return placed(raw.wrong, (path) => path);
  const { locate, notices } = raw;
  const whole = envelope.safeParse(raw.given);
  // Of the envelope itself, where `spec` may be wrong as a whole.
  if (!whole.success) {
    return placed(wrongFields(whole.error.issues), (path) =>
      path === 'spec' ? path : locateOuter(raw, path),
    );
  }
  const kind = getKind(whole.data.kind);
  const name = kind.name.safeParse(whole.data.name);
  const spec = kind.spec.safeParse(whole.data.spec);
  const wrong = [
    ...(name.success ? [] : name.error.issues.map(({ message }) => ({ path: 'name', message }))),
    ...(spec.success ? [] : wrongFields(spec.error.issues)),
  ];
  if (!name.success || !spec.success) return placed(wrong, locate);
  const read = { ...whole.data, name: name.data, spec: spec.data, index, locate, notices };
  try {
    kind.check?.(stores, read);
  } catch (thrown) {
    const error = asTielineError(thrown);
    if (error.code !== 'request-invalid') throw thrown;
    return { wrong: fieldsOf(error, read) };
  }
  return { read, wrong: [] };
}

/** An unknown field of an envelope stands where it stands. */
function locateOuter({ locate }: Raw, path: string): string {
  return outer.has(path.split('.')[0] ?? '') ? locate(path) : path;
}

/** The fields of an error that a document led to, by their places in it; the document itself when it names none. */
function fieldsOf(error: TielineError, document: Pick<Placed, 'index' | 'locate'>): Wrong[] {
  const { index, locate } = document;
  const fields = error.fields.map(({ path, message }) => ({
    // What is of two documents names both.
    path: path.startsWith('documents.') ? path : `documents.${index}.${locate(path)}`,
    message,
  }));
  return fields.length > 0 ? fields : [{ path: `documents.${index}`, message: error.message }];
}

/** What was thrown over a document, naming it and the place in it. */
export function naming(thrown: unknown, document: Placed): TielineError {
  const error = asTielineError(thrown);
  if (error.code === 'internal-error') return error;
  return new TielineError(error.code, `${titleOf(document)}: ${error.message}`, {
    hint: error.hint,
    retry: error.retry,
    details: error.details,
    fields: fieldsOf(error, document),
    cause: thrown,
  });
}
