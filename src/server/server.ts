import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import {
  type FastifyPluginAsyncZod,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Database, Vault } from '../database/index.ts';
import { type Credentials, guardRoutes, rememberAnswers, type Sessions } from '../features/access/index.ts';
import { type GaugeSource, healthRoutes } from './health.ts';
import { answerFrameworkError, answerProblems, problemSchema } from './problem.ts';
import { refuseUnstorableText } from './storable-text.ts';

/** A post of ours holds a report or a setting; webhooks will have their own, larger limit. */
const bodyLimitBytes = 1024 * 1024;

/** The HTTP server of a hub, assembled from the routes of the features. */
export async function buildServer(options: {
  version: string;
  database: Database;
  vault: Vault;
  credentials: Credentials;
  sessions: Sessions;
  trustedProxies?: string[];
  routes: FastifyPluginAsyncZod[];
  gauges?: GaugeSource[];
  log: FastifyBaseLogger;
}): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    // X-Forwarded-For is whatever the caller likes, unless a proxy of ours wrote it.
    trustProxy: options.trustedProxies ?? false,
    // Our own log lines say what happened; a line a request would only repeat the ledger.
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: answerFrameworkError,
    loggerInstance: options.log,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
  });
  app.setValidatorCompiler<z.ZodType>((route) => {
    const validate = validatorCompiler(route);
    // Fastify says null of a body that is not there: then what a schema has for its absence counts.
    return (data: unknown) => validate(data ?? undefined);
  });
  app.setSerializerCompiler(serializerCompiler);
  // JSON only: a text would else pass for a body of the wrong shape.
  app.removeContentTypeParser('text/plain');
  answerProblems(app, options.database);
  endConnectionsWhenClosing(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tieline',
        version: options.version,
        description:
          'Ties Jira to pipelines, code repositories and ticket desks. Errors are RFC 9457 problems.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'An API token, or a connect key for reports.',
          },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'tieline',
            description:
              'The session of a signed-in user; `__Host-tieline` over HTTPS. What changes something also carries ' +
              'x-csrf-token with the token of GET /api/v1/me.',
          },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: (route) => withProblems(jsonSchemaTransform(route)),
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: true,
    // The page styles some of its parts inline.
    transformStaticCSP: (policy) =>
      policy.replace("style-src 'self' https:", "style-src 'self' 'unsafe-inline'"),
    theme: {
      title: 'Tieline API',
      css: [{ filename: 'tieline.css', content: '.swagger-ui .topbar { display: none }' }],
    },
  });
  await app.register(cookie);
  guardRoutes(app, options);
  refuseUnstorableText(app);
  rememberAnswers(app, options.database, options.vault);
  for (const routes of options.routes) await app.register(routes);
  await app.register(healthRoutes(options));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.ready();
  return app;
}

type Transformed = ReturnType<typeof jsonSchemaTransform>;

/** Every documented route may answer with a problem. */
function withProblems({ schema, url }: Transformed): Transformed {
  if (schema.hide === true) return { schema, url };
  const problem = {
    description: 'A problem as of RFC 9457',
    content: { 'application/problem+json': { schema: problemSchema } },
  };
  const { response = {} } = schema;
  return { schema: { ...schema, response: Object.assign({}, response, { default: problem }) }, url };
}

/** A connection kept alive by an answer that is given while the server closes would hold it up for over a minute. */
function endConnectionsWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}
