import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { badRequest } from '../refusal.ts';

/** A query parameter; the last one when it is there more than once. */
export function textIn(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return Array.isArray(value) ? value.at(-1) : value;
}

/** Every value of a query parameter that may be repeated; empty when it is not there. */
export function textsIn(request: FastifyRequest, name: string): string[] {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return value === undefined ? [] : [value].flat();
}

export const isTrue = (request: FastifyRequest, name: string): boolean =>
  /^(1|t|true)$/i.test(textIn(request, name) ?? '');

/** A number that is no fraction and not below 0. @throws Refusal 400 */
export function numberIn(request: FastifyRequest, name: string): number | undefined {
  const text = textIn(request, name);
  if (text === undefined || text === '') return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`Parameter '${name}' must be a non-negative integer.`);
  return Number(text);
}

/** @throws Refusal 400 for a value that is not among those allowed */
export function oneOf<T extends string>(
  request: FastifyRequest,
  name: string,
  allowed: readonly T[],
  usual: T,
): T {
  const text = textIn(request, name);
  return allowed.find((one) => one === text) ?? usual;
}

/** A part of the path, decoded. */
export function inPath(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}

/** The body by its schema. @throws Refusal 400 that names the first wrong field */
export function bodyOf<S extends z.ZodType>(request: FastifyRequest, schema: S): z.output<S> {
  const parsed = schema.safeParse(request.body ?? {});
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw badRequest(`Invalid Request Body: ${first?.path.join('.') ?? ''} ${first?.message ?? ''}.`.trim());
}

/** Sorted by what `by` picks. */
export function sorted<T>(all: T[], by: (one: T) => string | number, order: 'asc' | 'desc'): T[] {
  const sign = order === 'asc' ? 1 : -1;
  return [...all].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return left < right ? -sign : left > right ? sign : 0;
  });
}
