import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, sep } from 'node:path';
import { TielineError } from '../../kit/errors.ts';
import { Secret } from '../../kit/secret.ts';

/** What references may read of the hub's own machine. */
export interface MachineSecretRules {
  /** The value of a variable that may be read; undefined when it is not set. `allows` says whether it may. */
  environment: { allows(name: string): boolean; find(name: string): Secret | undefined };
  /** Absolute folders below which files may be read. */
  folders: string[];
}

/** A certificate chain with its key is a tenth of this. */
const largestBytes = 65_536;

/** The value of an environment variable, read now. @throws reference-not-found, reference-out-of-scope */
export function readVariable({ environment }: MachineSecretRules, name: string): Secret {
  if (!environment.allows(name)) {
    throw new TielineError('reference-out-of-scope', `The variable ${name} may not be read as a secret`, {
      hint: 'Name it TIELINE_SECRET_…, or list it in TIELINE_SECRET_VARIABLES.',
    });
  }
  const value = environment.find(name);
  if (value !== undefined) return value;
  throw new TielineError('reference-not-found', `The variable ${name} is not set where the hub runs`, {
    hint: 'Set it in the environment of the hub, and start the hub again.',
    retry: 'once-repaired',
  });
}

/**
 * The text of a file without its last line end, read now. Links are followed first: the file itself must lie in one of
 * the folders.
 * @throws reference-not-found, reference-out-of-scope
 */
export async function readSecretFile({ folders }: MachineSecretRules, path: string): Promise<Secret> {
  const real = await realpath(path).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  await assertAllowed(folders, path, real);
  // A named pipe must not hold the hub, and a link put there since must not lead elsewhere.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(real, flags).catch((error: unknown) => {
    throw cannotRead(path, error);
  });
  try {
    const about = await file.stat();
    if (!about.isFile()) throw unfit(path, 'is no file');
    if (about.size > largestBytes) throw unfit(path, `is larger than ${largestBytes} bytes`);
    const bytes = Buffer.alloc(largestBytes + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    const text = textOf(bytes.subarray(0, bytesRead)).replace(/\r?\n$/, '');
    if (text === '') throw unfit(path, 'is empty');
    return new Secret(text);
  } finally {
    await file.close();
  }
}

/** Bytes as their text; those that are no UTF-8, such as a PKCS #12 file, as base64. */
export function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return Buffer.from(bytes).toString('base64');
    throw error;
  }
}

async function assertAllowed(folders: string[], path: string, real: string): Promise<void> {
  for (const folder of folders.filter((name) => isAbsolute(name))) {
    const top = await realpath(folder).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw cannotRead(folder, error);
    });
    if (top !== undefined && real.startsWith(top.endsWith(sep) ? top : top + sep)) return;
  }
  const where = real === path ? '' : `, which leads to ${real},`;
  throw new TielineError('reference-out-of-scope', `The file ${path}${where} lies in no folder for secrets`, {
    hint: `Files are read below ${folders.join(', ')}; TIELINE_SECRET_FILES says which.`,
  });
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR'].includes(String(codeOf(error)));

function cannotRead(path: string, error: unknown): TielineError {
  if (isAbsent(error)) return unfit(path, 'does not exist where the hub runs', error);
  return unfit(path, `cannot be read by the hub (${codeOf(error) ?? 'unknown'})`, error);
}

const unfit = (path: string, what: string, cause?: unknown): TielineError =>
  new TielineError('reference-not-found', `The file ${path} ${what}`, {
    hint: 'Check that the file is there and that the user of the hub may read it.',
    retry: 'once-repaired',
    cause,
  });
