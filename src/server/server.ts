import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import {
  type FastifyPluginAsyncZod,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import type { Database, Vault } from '../database/index.ts';
import { type Credentials, guardRoutes, rememberAnswers } from '../features/access/index.ts';
import { healthRoutes } from './health.ts';
import { answerProblems } from './problem.ts';

/** A post of ours holds a report or a setting; webhooks will have their own, larger limit. */
const bodyLimitBytes = 1024 * 1024;

/** The HTTP server of a hub, assembled from the routes of the features. */
export async function buildServer(options: {
  version: string;
  database: Database;
  vault: Vault;
  credentials: Credentials;
  routes: FastifyPluginAsyncZod[];
  log: FastifyBaseLogger;
}): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: bodyLimitBytes,
    // Our own log lines say what happened; a line a request would only repeat the ledger.
    disableRequestLogging: true,
    loggerInstance: options.log,
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tieline',
        version: options.version,
        description: 'Ties Jira to pipelines, code repositories and ticket desks. Errors are RFC 9457 problems.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'An API token, or a connect key for reports.' },
        },
      },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  guardRoutes(app, options.credentials);
  rememberAnswers(app, options.database, options.vault);
  for (const routes of options.routes) await app.register(routes);
  await app.register(healthRoutes(options));
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.ready();
  return app;
}
