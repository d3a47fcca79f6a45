import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { TielineError } from '../kit/errors.ts';
import { readNamedFile } from './arguments.ts';
import type { Cli } from './cli.ts';
import type { FileDocument } from './document-files.ts';

/** Fields of the API that would put a secret into a file. */
const forbidden = ['value', 'file'];

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A document as the hub takes it: the value of a secret is read from where `valueFrom` says. Every other document stays
 * as it is.
 * @throws usage-wrong for a value in the file itself, and for one that is not where it should be
 */
export async function withSecretValue(
  cli: Pick<Cli, 'env'>,
  document: FileDocument,
): Promise<Record<string, unknown>> {
  const { given } = document;
  if (given.kind !== 'Secret' || !isTree(given.spec)) return given;
  const { valueFrom, ...spec } = given.spec;
  const written = forbidden.find((field) => Object.hasOwn(spec, field));
  if (written !== undefined) {
    throw wrong(document, `spec.${written}`, 'A file must hold no secret', 'Say with valueFrom where it is.');
  }
  if (valueFrom === undefined) return given;
  const { env, file, ...others } = isTree(valueFrom) ? valueFrom : { valueFrom };
  const [source] = [env, file].filter((one) => one !== undefined);
  const isOne = (env === undefined) !== (file === undefined) && Object.keys(others).length === 0;
  if (!isOne || typeof source !== 'string' || source === '') {
    throw wrong(document, 'spec.valueFrom', 'valueFrom must be { env: NAME } or { file: path }');
  }
  const value =
    env === undefined
      ? await readValueFile(document, source, spec.type === 'file')
      : readVariable(cli, document, source);
  return { ...given, spec: { ...spec, ...value } };
}

function readVariable({ env }: Pick<Cli, 'env'>, document: FileDocument, name: string): { value: string } {
  const value = env[name];
  if (value !== undefined && value !== '') return { value };
  const hint = 'Set it. Without valueFrom the value that the hub has stays.';
  throw wrong(document, 'spec.valueFrom.env', `The variable ${name} is not set, or empty`, hint);
}

/** The path is seen from the file that names it. */
async function readValueFile(
  { file }: FileDocument,
  path: string,
  asFile: boolean,
): Promise<{ value: string } | { file: { name: string; content: string } }> {
  const whole = file === '-' ? resolve(path) : resolve(dirname(file), path);
  const bytes = await readNamedFile(whole, (name) => readFile(name));
  if (asFile) return { file: { name: basename(whole), content: bytes.toString('base64') } };
  return { value: bytes.toString('utf8').replace(/\r?\n$/, '') };
}

function wrong({ where }: FileDocument, path: string, message: string, hint?: string): TielineError {
  return new TielineError('usage-wrong', message, { hint, fields: [{ path: where(path), message: path }] });
}
