import type { FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors, isResponseSerializationError } from 'fastify-type-provider-zod';
import { errorCatalogue, type ErrorCode } from '../kit/error-catalogue.ts';
import { TielineError } from '../kit/errors.ts';

/** The web framework's own refusals, in our words. */
const frameworkCodes: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-invalid',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'media-type-unsupported',
};

/** Answers every error as RFC 9457 problem+json: what happened, what to do, the wrong fields by path. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((thrown, request, reply) => {
    const error = asProblem(thrown);
    if (error.status >= 500) request.log.error({ err: thrown }, 'a request failed');
    return reply.status(error.status).type('application/problem+json').send(problemOf(error, request.id));
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new TielineError('route-not-found', `There is no ${request.method} ${request.url.split('?')[0]}`);
    return reply.status(error.status).type('application/problem+json').send(problemOf(error, request.id));
  });
}

function problemOf(error: TielineError, requestId: string) {
  return {
    type: `urn:tieline:error:${error.code}`,
    title: errorCatalogue[error.code].title,
    status: error.status,
    code: error.code,
    // What went wrong inside is for the log; the caller gets the number to find it there.
    detail: error.code === 'internal-error' ? `Request ${requestId} failed inside the hub` : error.message,
    hint: error.hint,
    ...(error.fields.length > 0 ? { errors: error.fields } : {}),
  };
}

function asProblem(thrown: unknown): TielineError {
  if (thrown instanceof TielineError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const fields = thrown.validation.map(({ instancePath, message }) => ({
      path: instancePath.replace(/^\//, '').replaceAll('/', '.'),
      message: message ?? 'not valid',
    }));
    const named = fields.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
    return new TielineError('request-invalid', named, { fields });
  }
  if (isResponseSerializationError(thrown)) return new TielineError('internal-error', thrown.message, { cause: thrown });
  const { code, statusCode } = thrown as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? frameworkCodes[code] : undefined;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (known !== undefined) return new TielineError(known, message, { cause: thrown });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return new TielineError('request-invalid', message, { cause: thrown });
  }
  return new TielineError('internal-error', message, { cause: thrown });
}
