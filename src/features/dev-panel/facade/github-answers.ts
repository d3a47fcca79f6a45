import type { FastifyError, FastifyInstance } from 'fastify';
import { z } from 'zod';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import { noteRetryAfter } from '../../access/index.ts';

const documentation = 'https://docs.github.com/en/rest';
/** Whose shape of the API this is; a client may look for it. */
export const version = '3.13.0';
/** A reader of a link is known by its token, not to the API's guard. */
export const asReader = { config: { access: { public: true as const } }, schema: { hide: true } };
/** Where all that is of one repository stands. */
export const repositoryPath = '/api/v3/repos/:owner/:repo';

/** What is said of what is not there, or not for this reader. */
export const notFound = (): TielineError => new TielineError('resource-not-found', 'Not Found');

/** Errors and headers as GitHub has them: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api */
export function answerAsGithub(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('x-github-media-type', 'github.v3; format=json');
    reply.header('x-github-enterprise-version', `enterprise-server@${version}`);
    reply.header('cache-control', 'private, no-store');
    return payload;
  });
  app.setErrorHandler((thrown, request, reply) => {
    if (thrown instanceof z.ZodError) {
      return reply.status(404).send({ message: 'Not Found', documentation_url: documentation });
    }
    // The framework's own: a body that is no JSON, or of another type, or too large.
    const { statusCode = 500, message: said } = thrown as Partial<FastifyError>;
    if (!(thrown instanceof TielineError) && statusCode < 500) {
      const message = statusCode === 400 ? 'Problems parsing JSON' : said;
      return reply.status(statusCode).send({ message, documentation_url: documentation });
    }
    const error = asTielineError(thrown);
    if (error.status >= 500) request.log.error({ err: thrown }, 'Jira could not be answered');
    noteRetryAfter(error, reply);
    const message =
      error.code === 'internal-error' ? `Request ${request.id} failed inside the hub` : error.message;
    return reply.status(error.status).send({ message, documentation_url: documentation });
  });
}
