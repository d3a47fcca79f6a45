import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { sql } from 'kysely';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { z } from 'zod';
import type { Database } from '../database/index.ts';

/** A figure that is asked for when Prometheus asks for it. */
export interface GaugeSource {
  name: string;
  help: string;
  read(): Promise<number>;
}

/** Whether the hub lives and can work, and its figures for Prometheus. */
export function healthRoutes({
  version,
  database,
  gauges = [],
}: {
  version: string;
  database: Database;
  gauges?: GaugeSource[];
}): FastifyPluginAsyncZod {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, help, read } of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read());
      },
    });
  }
  const health = z.object({ status: z.literal('ok'), version: z.string() });

  return async (app) => {
    app.get(
      '/healthz',
      {
        config: { access: { public: true } },
        schema: { summary: 'The process lives', tags: ['health'], security: [], response: { 200: health } },
      },
      async () => ({ status: 'ok' as const, version }),
    );
    app.get(
      '/readyz',
      {
        config: { access: { public: true } },
        schema: {
          summary: 'The database answers',
          tags: ['health'],
          security: [],
          response: { 200: health },
        },
      },
      async () => {
        await sql`select 1`.execute(database.kysely);
        return { status: 'ok' as const, version };
      },
    );
    app.get(
      '/metrics',
      {
        config: { access: { role: 'viewer' } },
        schema: { summary: 'Figures for Prometheus', tags: ['health'] },
      },
      async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()),
    );
  };
}
