import type { FastifyReply } from 'fastify';
import type { Database } from '../../../database/index.ts';
import { text } from '../../../kit/paging.ts';
import type { Announcements } from './announcements.ts';
import { listLines, type RunLine } from './lines.ts';
import { isOver, type Run } from './run.ts';
import type { RunStore } from './run-store.ts';
import { viewRun, viewStep } from './run-view.ts';

/** What happens on another replica is seen so soon. */
const lookEveryMs = 500;
/** Proxies cut off what is silent; a comment is no event. */
const heartbeatMs = 15_000;
/** Lines that are read at once. */
const pageOfLines = 500;
/** After so long the client comes back, when it was cut off. */
const comeBackMs = 1_000;

/** What following runs stands on. */
export interface FollowingParts {
  database: Database;
  store: RunStore;
  announcements: Announcements;
}

/** `log` has the number of its line as its id; the others tell how it stands, and are told anew to who comes back. */
const event = (name: string, data: unknown, id?: number): string =>
  `event: ${name}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;

const viewLine = ({ at, step, line }: RunLine) => ({ at: text(at), step, line });

/**
 * The log of a run as server-sent events, from the line after `after` on, until the run ends or the client goes. Each line
 * once, in order; https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function streamLog(
  parts: FollowingParts,
  reply: FastifyReply,
  { runId, after, signal }: { runId: string; after: number; signal: AbortSignal },
): Promise<void> {
  const { store, announcements } = parts;
  const { raw } = reply.hijack();
  raw.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // nginx would collect the events before it passes them on.
    'x-accel-buffering': 'no',
    ...(reply.getHeader('connection') === undefined ? {} : { connection: 'close' }),
  });
  const send = (chunk: string): Promise<void> =>
    raw.write(chunk)
      ? Promise.resolve()
      : new Promise((resolve) => {
          raw.once('drain', resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
  await send(`retry: ${comeBackMs}\n\n`);
  const heartbeat = setInterval(() => void send(': still here\n\n'), heartbeatMs);
  let number = after;
  let changes = -1;
  try {
    while (!signal.aborted) {
      const run = await store.get(runId);
      if (run.changes !== changes) {
        changes = run.changes;
        await send(event('state', await stateOf(parts, run)));
      }
      number = await sendLines(parts, send, run, number);
      if (isOver(run)) {
        await send(event('end', viewRun(run, await store.listSteps(runId))));
        break;
      }
      await announcements.next(runId, lookEveryMs, signal);
    }
  } finally {
    clearInterval(heartbeat);
    raw.end();
  }
}

async function sendLines(
  { database }: FollowingParts,
  send: (chunk: string) => Promise<void>,
  run: Run,
  after: number,
): Promise<number> {
  let number = after;
  while (number < run.lines) {
    const lines = await listLines(database, run.id, number, pageOfLines);
    await send(lines.map((line) => event('log', viewLine(line), line.number)).join(''));
    const last = lines.at(-1)?.number;
    // What is no longer kept is not waited for.
    if (last === undefined) return run.lines;
    number = last;
  }
  return number;
}

async function stateOf({ store }: FollowingParts, run: Run) {
  const steps = await store.listSteps(run.id);
  return {
    run: run.state,
    steps: steps.map((step) => {
      const { id, identifier, state, reason, error } = viewStep(step);
      return { id, identifier, state, reason, error };
    }),
  };
}

/** What there is of the log, as plain text. */
export async function logText({ database }: FollowingParts, runId: string): Promise<string> {
  let textOfAll = '';
  let number = 0;
  for (;;) {
    const lines = await listLines(database, runId, number, pageOfLines);
    for (const { at, step, line } of lines) {
      textOfAll += `${text(at)} ${step === null ? '' : `${step}: `}${line}\n`;
    }
    const last = lines.at(-1);
    if (last === undefined) return textOfAll;
    number = last.number;
  }
}
