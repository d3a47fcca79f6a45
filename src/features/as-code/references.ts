import { validate } from 'uuid';
import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import { ancestorsOf, maySee, resolveReference } from '../access/index.ts';
import type { StoredConnection } from '../connections/index.ts';
import type { ResourceReference } from './resource.ts';
import type { Stores } from './stores.ts';

/** A connection as a document names it. */
export const connectionReference = z.string().trim().min(1).max(300);

/** The connection that a document refers to; undefined for one by id, which can be in no document. */
export function referredConnection(reference: string, from: string): ResourceReference | undefined {
  if (validate(reference)) return undefined;
  return { kind: 'Connection', ...resolveReference(reference, from) };
}

/** @throws resource-not-found also for one that the caller may not see */
export async function getReferredConnection(
  { connections, actor }: Stores,
  reference: string,
  from: string,
): Promise<StoredConnection> {
  const connection = await connections.get(reference, from);
  if (maySee(actor, connection.scope)) return connection;
  throw new TielineError('resource-not-found', `There is no connection "${reference}"`);
}

/** The shortest reference from a scope that leads to a connection; its id when none can. */
export function writeReference(
  { id, scope, name }: Pick<StoredConnection, 'id' | 'scope' | 'name'>,
  from: string,
): string {
  const prefix = scope === from ? '' : scope === 'account' ? 'account.' : 'org.';
  const reference = `${prefix}${name}`;
  if (!ancestorsOf(from).includes(scope) || validate(reference)) return id;
  if (scope === from && /^(account|org)\./.test(name)) return id;
  return reference;
}
