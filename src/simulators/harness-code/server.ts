import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { answerOf, type Faults } from './faults.ts';
import { goJson } from './go-json.ts';
import { badRequest, Refusal } from './refusal.ts';
import type { Identity } from './world.ts';

/** Where the API is: the open product's, and the hosted one's. */
export const apiPrefix: Record<Identity, string> = { Gitness: '/api/v1', Harness: '/code/api/v1' };

/** A request to the API that was answered. Status 0: the connection was dropped. */
export interface LoggedRequest {
  method: string;
  path: string;
  status: number;
  at: Date;
}

/** The hosted product is also reached below /gateway, and both take a path that ends in "/+" as it is. */
function rewrite(url: string): string {
  const [path = '', ...query] = url.replace(/^\/gateway(?=\/(code|ng)\/)/, '').split('?');
  const plain = path.replace(
    /^((?:\/code)?\/api\/v1\/(?:repos|spaces)\/)([^?]*?)\/\+(?=\/|$)/,
    (_, before: string, ref: string) => before + ref.replaceAll('/', '%2F'),
  );
  return [plain, ...query].join('?');
}

function sayError(error: unknown, reply: FastifyReply) {
  if (error instanceof Refusal) {
    const { status, message, values } = error;
    // A conflict of a merge has its own shape.
    const body =
      values !== undefined && 'conflict_files' in values ? { message, ...values } : { message, values };
    return reply.code(status).send(body);
  }
  const status =
    error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
      ? error.statusCode
      : 500;
  const message = error instanceof Error ? (status === 500 ? error.stack : error.message) : String(error);
  return reply.code(status).send({ message: status === 500 ? `The simulator failed: ${message}` : message });
}

/** A server without routes, with the host's ways of reading bodies and of writing JSON and errors. */
export function createServer(): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    bodyLimit: 32 * 1024 * 1024,
    // Node's five seconds would end a caller's idle connection just as it is used again.
    keepAliveTimeout: 75_000,
    // A path of an account, an organization, a project and a repository is one parameter.
    routerOptions: { maxParamLength: 4096 },
    rewriteUrl: ({ url = '/' }) => rewrite(url),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(String(text)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      done(badRequest(`Invalid Request Body: ${why}.`));
    }
  });
  app.setReplySerializer(goJson);
  app.addHook('preSerialization', async (_, reply, body) => {
    reply.type('application/json; charset=utf-8').header('x-content-type-options', 'nosniff');
    return body;
  });
  app.setErrorHandler((error, _, reply) => sayError(error, reply));
  app.setNotFoundHandler((_, reply) => reply.code(404).send({ message: 'Not Found' }));
  return app;
}

/** Lets faults strike, and remembers what was asked, in one part of the server. */
export function addFaults(
  app: FastifyInstance,
  faults: Faults,
  requests: LoggedRequest[],
  now: () => Date,
  closing: AbortSignal,
): void {
  const dropped = new WeakSet<FastifyRequest>();
  const log = (request: FastifyRequest, status: number) =>
    requests.push({ method: request.method, path: request.originalUrl, status, at: now() });

  app.addHook('onRequest', async (request, reply) => {
    const fault = faults.strike(request.method, request.originalUrl);
    if (fault === undefined) return;
    if (typeof fault === 'object' && fault.delayMs !== undefined) {
      await wait(fault.delayMs, undefined, { signal: closing });
    }
    if (fault === 'apply-then-drop') dropped.add(request);
    if (fault === 'drop-connection') {
      log(request, 0);
      reply.hijack();
      request.raw.socket.destroy();
      return;
    }
    const answer = answerOf(fault, now());
    if (answer !== undefined) await reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (!dropped.has(request)) {
      log(request, reply.statusCode);
      return payload;
    }
    log(request, 0);
    request.raw.socket.destroy();
    return payload;
  });
}
