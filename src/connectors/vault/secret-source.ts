import type { Connection, SecretSource } from '../../kit/connector.ts';
import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';
import { Secret } from '../../kit/secret.ts';
import { asRecord, dataOf, errorsOf, refusal } from './answers.ts';
import { openSession } from './session.ts';
import type { VaultSettings } from './settings.ts';

/**
 * Reads fields of secrets of a KV engine, version 2: the newest version of `mount/path`.
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2#read-secret-version
 */
export function openSecretSource(connection: Connection<VaultSettings>): SecretSource {
  const session = openSession(connection);
  const { mount } = connection.settings;
  return {
    async read(path, field) {
      if (!path.startsWith(`${mount}/`)) {
        throw missing(`${path} does not begin with ${mount}/, the mount of "${connection.name}"`, {
          hint: 'Write the mount first, or use a connection whose mount is the one wanted.',
        });
      }
      const below = path.slice(mount.length + 1);
      const url = `/v1/${mount}/data/${below.split('/').map(encodeURIComponent).join('/')}`;
      const answer = await session.request({ method: 'GET', url });
      if (answer.status === 404) throw notThere(path, answer);
      if (answer.status !== 200) throw refusal(`Reading ${path}`, answer);
      return fieldOf(path, field, answer);
    },
  };
}

/** A deleted version is a 404 whose body still tells of it. */
function notThere(path: string, answer: HttpAnswer): TielineError {
  const errors = errorsOf(answer);
  if (errors.length > 0) {
    return missing(`Vault has nothing at ${path}: ${errors.join('; ').slice(0, 300)}`, {
      hint: 'Check the mount, and that its engine is KV.',
    });
  }
  const { version, destroyed, deletion_time: deletedAt } = asRecord(answerData(answer).metadata);
  if (version === undefined) {
    return missing(`Vault has no secret at ${path}`, {
      hint: 'Check the path, and write it as in vault kv get.',
    });
  }
  return missing(
    `Version ${version} of ${path} was ${destroyed === true ? 'destroyed' : `deleted at ${deletedAt}`} in Vault`,
    { hint: 'Undelete it there, or write a new version.' },
  );
}

const answerData = (answer: HttpAnswer): Record<string, unknown> =>
  answer.text.trim() === '' ? {} : dataOf(answer);

function fieldOf(path: string, field: string, answer: HttpAnswer): Secret {
  const { data, metadata } = dataOf(answer);
  if (typeof data !== 'object' || data === null || typeof metadata !== 'object' || metadata === null) {
    throw new TielineError(
      'answer-unexpected',
      `The answer for ${path} is not that of a KV engine, version 2`,
      {
        hint: 'Upgrade the engine to version 2 (vault kv enable-versioning), or name the right mount.',
        retry: 'once-repaired',
      },
    );
  }
  const fields = asRecord(data);
  if (!Object.hasOwn(fields, field)) {
    const names = Object.keys(fields).sort().slice(0, 20).join(', ');
    throw missing(`${path} has no field "${field}" in Vault`, {
      hint: names === '' ? 'It has no field at all.' : `It has: ${names}.`,
    });
  }
  const value = fields[field];
  if (typeof value === 'string' && value !== '') return new Secret(value);
  if (typeof value === 'number' || typeof value === 'boolean') return new Secret(String(value));
  throw missing(`The field "${field}" of ${path} is ${value === '' ? 'empty' : 'no text'}`);
}

const missing = (message: string, options: { hint?: string } = {}): TielineError =>
  new TielineError('reference-not-found', message, { ...options, retry: 'once-repaired' });
