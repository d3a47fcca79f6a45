import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { asUnreachable, type Database } from '../database/index.ts';
import { noteRetryAfter } from '../features/access/index.ts';
import { type ErrorCode, errorCatalogue } from '../kit/error-catalogue.ts';
import { asTielineError, TielineError } from '../kit/errors.ts';
import { wrongFields } from '../kit/wrong-fields.ts';

/** The web framework's own refusals, in our words. */
const frameworkCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-invalid',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'media-type-unsupported',
};

/** What some codes tell beside the usual: RFC 9457's extension members, from the error's details. */
const extensions: Partial<Record<ErrorCode, string>> = { 'connection-test-failed': 'report' };

/** Every error answer as JSON Schema: RFC 9457, and our code, hint and wrong fields. */
export const problemSchema = {
  type: 'object',
  properties: {
    type: { type: 'string', description: '`urn:tieline:error:` and the code.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'See docs/errors.md.', enum: Object.keys(errorCatalogue) },
    detail: { type: 'string', description: 'What happened.' },
    hint: { type: 'string', description: 'What to do.' },
    retry: {
      type: 'string',
      description:
        '`never`: the same request fails again; `soon`: another try may help; `once-repaired`: when somebody has repaired the connection; a moment: not before it.',
    },
    errors: {
      type: 'array',
      description: 'The wrong fields.',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
    report: {
      type: 'object',
      description: 'With connection-test-failed: the report of the test.',
      additionalProperties: true,
    },
  },
  required: ['type', 'title', 'status', 'code', 'detail', 'hint', 'retry'],
} as const;

/** Answers every error as RFC 9457 problem+json: what happened, what to do, the wrong fields by path. */
export function answerProblems(app: FastifyInstance, database: Database): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = asProblem(asUnreachable(thrown, database.where));
    if (error.status >= 500) request.log.error({ err: thrown }, 'a request failed');
    return sendProblem(error, request, reply);
  });
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.url.split('?');
    return sendProblem(
      new TielineError('route-not-found', `There is no ${request.method} ${path}`),
      request,
      reply,
    );
  });
}

/** Answers what the framework refuses before it looks for a route, such as a wrong escape in the address. */
export function answerFrameworkError(thrown: Error, request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(asProblem(thrown), request, reply);
}

function sendProblem(error: TielineError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // RFC 9110 §11.6.1: a 401 names the scheme that would be taken.
  if (error.status === 401) reply.header('www-authenticate', 'Bearer');
  noteRetryAfter(error, reply);
  return reply
    .status(error.status)
    .type('application/problem+json')
    .send({
      type: `urn:tieline:error:${error.code}`,
      title: errorCatalogue[error.code].title,
      status: error.status,
      code: error.code,
      // What went wrong inside is for the log; the caller gets the number to find it there.
      detail: error.code === 'internal-error' ? `Request ${request.id} failed inside the hub` : error.message,
      hint: error.hint,
      retry: typeof error.retry === 'string' ? error.retry : error.retry.after.toISOString(),
      ...(error.fields.length > 0 ? { errors: error.fields } : {}),
      ...extensionOf(error),
    });
}

function extensionOf({ code, details }: TielineError): Record<string, unknown> {
  const member = extensions[code];
  return member === undefined ? {} : { [member]: details[member] };
}

function asProblem(thrown: unknown): TielineError {
  if (thrown instanceof TielineError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const issues = thrown.validation.map(({ instancePath, message, params }) => ({
      path: instancePath.split('/').filter((part) => part !== ''),
      message: message ?? 'not valid',
      keys: 'keys' in params && Array.isArray(params.keys) ? params.keys.map(String) : [],
    }));
    const fields = wrongFields(issues);
    const named = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
    return new TielineError('request-invalid', named.join('; '), { fields });
  }
  if (!(thrown instanceof Error)) return asTielineError(thrown);
  const { code, statusCode } = thrown as Error & { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? frameworkCodes[code] : undefined;
  if (known !== undefined) return new TielineError(known, thrown.message, { cause: thrown });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new TielineError('request-invalid', thrown.message, { cause: thrown });
  }
  return asTielineError(thrown);
}
