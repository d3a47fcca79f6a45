import type { FastifyInstance } from 'fastify';
import { TielineError } from '../kit/errors.ts';

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Refuses requests with a text that PostgreSQL cannot hold, wherever in the request it stands. */
export function refuseUnstorableText(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const { body, query, params } = request;
    const path = [params, query, body]
      .map((part) => findUnstorable(part))
      .find((found) => found !== undefined);
    if (path === undefined) return;
    const message = 'holds a NUL character or half a character';
    const name = path.join('.').replaceAll('\0', '').toWellFormed();
    throw new TielineError('request-invalid', `${name}: ${message}`, { fields: [{ path: name, message }] });
  });
}

/** The path of the first text, or name, that cannot be stored. */
function findUnstorable(value: unknown): string[] | undefined {
  if (typeof value === 'string') return isStorable(value) ? undefined : [];
  // Bytes have an entry each, and whoever takes them raw looks at them himself.
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const below = isStorable(key) ? findUnstorable(member) : [];
    if (below !== undefined) return [key, ...below];
  }
  return undefined;
}
