import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { cursorOf, idParameter, pageOf, pageQuery } from '../../../kit/paging.ts';
import {
  type Actor,
  type Change,
  type Changes,
  maySee,
  requireRole,
  scopeSchema,
  scopesOf,
} from '../../access/index.ts';
import { cancelRun } from './cancel-run.ts';
import { dryRunOf, dryRunView } from './dry-run.ts';
import type { PreparingParts } from './prepare-step.ts';
import { type Run, runStates } from './run.ts';
import type { FollowingParts } from './run-log.ts';
import type { NewRun, RunStore } from './run-store.ts';
import { runSummary, runView, summarizeRun, viewRun } from './run-view.ts';
import { findStep, rerunOf, runOf } from './start-run.ts';

/** What the routes of runs stand on. */
export interface RunRouteParts extends PreparingParts, FollowingParts {
  changes: Changes;
  /** Takes a run further at once. */
  kick(runId: string): void;
  /** Tells the run in hand here that it is to end. */
  cancelHere(runId: string): void;
  now(): Date;
}

/** A document of Harness may be 1 MiB; as JSON it is longer, and inputs come with it. */
const bodyLimit = 4 * 1024 * 1024;
const texts = z.record(z.string().max(255), z.string().max(65_536));

const newRun = z.strictObject({
  // An empty one is refused where documents are read, in the words for documents.
  document: z.string().meta({ description: 'YAML of a step, a stage or a pipeline, as Harness writes it.' }),
  variables: texts.optional().meta({ description: 'In place of pipeline variables, or beside them.' }),
  inputs: z.record(z.string(), z.json()).optional().meta({ description: 'Values for `<+input>`, by path.' }),
  context: z
    .record(z.string().max(64), z.json())
    .optional()
    .meta({ description: 'Further roots of expressions, e.g. `codebase`, `trigger`, `env`.' }),
  scope: scopeSchema.optional().meta({
    description: 'Where it runs and references are seen from; that of the document or the token when absent.',
  }),
  connection: z.string().min(1).max(255).optional().meta({
    description: 'The connection of every step, whatever its connectorRef says.',
  }),
  skipUnknown: z.boolean().default(false).meta({ description: 'Leave steps of unknown types out.' }),
  only: z.literal('step').optional().meta({ description: 'Refuse anything but a single step.' }),
  dryRun: z.boolean().default(false).meta({ description: 'Check and resolve everything, and do nothing.' }),
});

const tags = ['runs'];
const stepPath = idParameter.extend({ step: z.string().min(1).max(300) });
const asked = z.strictObject({}).default({});

/** Stores a run with its line in the audit log. */
export async function storeRun(
  { store }: Pick<RunRouteParts, 'store'>,
  { trx, note, now }: Change,
  wanted: NewRun,
): Promise<Run> {
  const run = await store.create(trx, wanted, now);
  await note({
    action: 'run.started',
    scope: run.scope,
    subject: { kind: 'run', id: run.id, name: run.name },
    details: {
      kind: run.kind,
      ...(run.rerunOf === null ? {} : { rerunOf: run.rerunOf, from: run.rerunFrom }),
    },
  });
  return run;
}

/**
 * The run that a caller names.
 * @throws resource-not-found also for one that the caller may not see
 */
export async function getVisibleRun(
  store: Pick<RunStore, 'get'>,
  actor: Actor | undefined,
  id: string,
): Promise<Run> {
  const run = await store.get(id);
  if (maySee(actor, run.scope)) return run;
  throw new TielineError('resource-not-found', `There is no run ${id}`);
}

/** `/api/v1/runs`: run a document, see what it does, end it, repeat it. */
export function runRoutes(parts: RunRouteParts): FastifyPluginAsyncZod {
  const { store, changes, kick } = parts;

  const visible = (actor: Actor | undefined, id: string) => getVisibleRun(store, actor, id);
  const view = async (id: string) => viewRun(await store.get(id), await store.listSteps(id));

  return async (app) => {
    app.post(
      '/api/v1/runs',
      {
        bodyLimit,
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Run a step, a stage or a pipeline',
          description: 'Stored before it is answered; follow it by its log. A dry run is answered with 200.',
          tags,
          body: newRun,
          response: { 201: runView, 200: dryRunView },
        },
      },
      async (request, reply) => {
        const { dryRun, ...given } = request.body;
        const wanted = await runOf(parts, request.actor, given);
        if (dryRun) {
          const shown = await dryRunOf(parts, wanted);
          await changes.make(request, ({ note }) =>
            note({
              action: 'run.tried-dry',
              scope: wanted.scope,
              subject: {
                kind: 'run',
                id: '00000000-0000-0000-0000-000000000000',
                name: wanted.plan.pipeline.name,
              },
            }),
          );
          return reply.status(200).send(shown);
        }
        const run = await changes.make(request, (change) => storeRun(parts, change, wanted));
        const stored = viewRun(run, await store.listSteps(run.id));
        kick(run.id);
        return reply.status(201).send(stored);
      },
    );

    app.get(
      '/api/v1/runs',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'List runs, newest first',
          tags,
          querystring: pageQuery.extend({
            state: z.enum(runStates).optional(),
            issue: z.string().max(300).optional().meta({ description: 'Only runs that touched this issue.' }),
          }),
          response: { 200: pageOf(runSummary) },
        },
      },
      async (request) => {
        const { cursor, limit, state, issue } = request.query;
        const within = scopesOf(request.actor);
        const page = await store.list({
          within,
          state,
          issueKey: issue?.toUpperCase(),
          before: cursor,
          limit,
        });
        return { items: page.map(summarizeRun), next: cursorOf(page, limit) };
      },
    );

    app.get(
      '/api/v1/runs/:id',
      {
        config: { access: { role: 'viewer' } },
        schema: {
          summary: 'Show a run with its steps',
          tags,
          params: idParameter,
          response: { 200: runView },
        },
      },
      async (request) => {
        const run = await visible(request.actor, request.params.id);
        return viewRun(run, await store.listSteps(run.id));
      },
    );

    app.post(
      '/api/v1/runs/:id/cancel',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'End a run',
          description: 'What it does is broken off, what it waits for is forgotten.',
          tags,
          params: idParameter,
          body: asked,
          response: { 202: runView },
        },
      },
      async (request, reply) => {
        const run = await visible(request.actor, request.params.id);
        requireRole(request.actor, 'operator', run.scope);
        await changes.make(request, (change) => cancelRun(change, run, undefined));
        parts.cancelHere(run.id);
        kick(run.id);
        return reply.status(202).send(await view(run.id));
      },
    );

    app.post(
      '/api/v1/runs/:id/steps/:step/abort',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Abort a step that waits or works, and with it its run',
          tags,
          params: stepPath,
          body: asked,
          response: { 202: runView },
        },
      },
      async (request, reply) => {
        const run = await visible(request.actor, request.params.id);
        requireRole(request.actor, 'operator', run.scope);
        const step = findStep(run, await store.listSteps(run.id), request.params.step);
        if (step.state !== 'waiting' && step.state !== 'running') {
          throw new TielineError(
            'run-over',
            `The step ${step.reference} is ${step.state}: it neither waits nor works`,
          );
        }
        await changes.make(request, (change) => cancelRun(change, run, step.reference));
        parts.cancelHere(run.id);
        kick(run.id);
        return reply.status(202).send(await view(run.id));
      },
    );

    app.post(
      '/api/v1/runs/:id/rerun',
      {
        config: { access: { role: 'operator' } },
        schema: {
          summary: 'Run the same once more, whole or from a step on',
          description: 'What the steps before that one gave is taken over.',
          tags,
          params: idParameter,
          body: z.strictObject({ from: z.string().min(1).max(300).optional() }).default({}),
          response: { 201: runView },
        },
      },
      async (request, reply) => {
        const run = await visible(request.actor, request.params.id);
        const wanted = rerunOf(request.actor, run, await store.listSteps(run.id), request.body.from);
        const made = await changes.make(request, (change) => storeRun(parts, change, wanted));
        const stored = viewRun(made, await store.listSteps(made.id));
        kick(made.id);
        return reply.status(201).send(stored);
      },
    );
  };
}
