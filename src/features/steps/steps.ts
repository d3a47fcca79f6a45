import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Database, Vault } from '../../database/index.ts';
import type { Log } from '../../kit/log.ts';
import type { IsSigned } from '../../kit/raw-hook.ts';
import { type Pace, usualPace, type Work } from '../../work/index.ts';
import type { Changes } from '../access/index.ts';
import type { OwnReports } from '../ci-reports/index.ts';
import type { ConnectionStore, JiraClients, MetadataOf, OpenConnections } from '../connections/index.ts';
import { actionRoutes } from './runs/action-routes.ts';
import { createAnnouncements } from './runs/announcements.ts';
import type { AdvancingParts } from './runs/in-hand.ts';
import { createLeases } from './runs/lease.ts';
import { tellRuns } from './runs/lines.ts';
import { runLogRoutes } from './runs/log-routes.ts';
import type { PreparingParts } from './runs/prepare-step.ts';
import { createReportAction } from './runs/report-action.ts';
import { runRoutes } from './runs/run-routes.ts';
import { createRunStore, type RunStore } from './runs/run-store.ts';
import { createRunner } from './runs/runner.ts';
import { createWake } from './runs/wake.ts';
import { createWaits, type Waits } from './waits/waits.ts';

/** Steps of pipelines, run by the hub. */
export interface Steps {
  runs: Pick<RunStore, 'list'>;
  routes(work: Work): FastifyPluginAsyncZod[];
  /** Starts what goes on in the background on this replica; the answer ends it. */
  start(): () => Promise<void>;
}

/** Joins the parts of the feature. `pace` is how patiently a step that failed for a moment is tried again. */
export function createSteps(
  options: Omit<PreparingParts, 'connections' | 'report'> & {
    database: Database;
    vault: Vault;
    changes: Changes;
    connections: ConnectionStore;
    open: OpenConnections;
    jiraClients: JiraClients;
    metadataOf: MetadataOf;
    isSigned: IsSigned;
    reports: OwnReports;
    pace: Pace | undefined;
    log: Log;
    now(): Date;
  },
): Steps {
  const { database, log, now, pace = usualPace } = options;
  const { lookEveryMs } = pace;
  const store = createRunStore(database);
  const announcements = createAnnouncements();
  const leases = createLeases(database, log);
  const { announce } = announcements;
  // Each finds the other when it is asked: a step waits, and is woken by what it waits for.
  const waits: Waits = createWaits({
    ...options,
    tickMs: Math.min(lookEveryMs, 1_000),
    wake: (stepId, came) => wake(stepId, came),
    note: async (stepIds, line) => {
      for (const runId of await tellRuns(database, stepIds, line, now())) announce(runId);
    },
  });
  const { promise: work, resolve: workIsThere } = Promise.withResolvers<Work>();
  const report = createReportAction(options.reports, work);
  const advancing: Omit<AdvancingParts, 'closing'> = { ...options, report, store, waits, pace, announce };
  const runner = createRunner({ ...advancing, leases, lookEveryMs });
  const { kick } = runner;
  const wake = createWake({ ...advancing, leases, kick, closing: runner.closing });
  const routeParts = { ...options, report, store, announcements, kick, cancelHere: leases.cancel };
  return {
    runs: store,
    routes(given) {
      workIsThere(given);
      return [runRoutes(routeParts), runLogRoutes(routeParts), actionRoutes(routeParts), ...waits.routes()];
    },
    start() {
      const stops = [waits.start(), runner.start()];
      return async () => {
        for (const stop of stops) await stop();
      };
    },
  };
}
