import type { FastifyInstance } from 'fastify';

/** Takes forms of pages, here and nowhere else of the hub; a field that comes twice counts once. */
export function takeForms(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16 * 1024 },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body.toString()))),
  );
}

/** The fields of a form, empty where they are missing. */
export function fieldsOf<Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> {
  const given = new Map(Object.entries(body ?? {}));
  const entries = names.map((name) => [name, String(given.get(name) ?? '')] as const);
  return Object.fromEntries(entries) as Record<Name, string>;
}
