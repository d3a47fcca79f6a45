import type { Database } from '../../../database/index.ts';
import type { Log } from '../../../kit/log.ts';
import type { Secret } from '../../../kit/secret.ts';
import { addLines, type NewLine } from './lines.ts';
import { maskText } from './mask.ts';

/** Lines that an action says while it works. */
export interface Speaker {
  /** Takes a line at once; it is stored soon, in order. */
  say(line: string): void;
  /** Resolves when everything said is stored. */
  silence(): Promise<void>;
}

/** Lets an action speak into the log of its run. A line that cannot be stored is lost, and no reason to fail. */
export function createSpeaker(
  parts: { database: Database; log: Log; now(): Date; announce(runId: string): void },
  about: { runId: string; step: string; secrets: Secret[] },
): Speaker {
  const { database, log, now, announce } = parts;
  const { runId, step, secrets } = about;
  let waiting: NewLine[] = [];
  let storing = Promise.resolve();

  const store = async (): Promise<void> => {
    const lines = waiting;
    waiting = [];
    if (lines.length === 0) return;
    await database.transaction('run-lines', (trx) => addLines(trx, runId, lines));
    announce(runId);
  };
  return {
    say(line) {
      waiting.push({ at: now(), step, line: maskText(line, secrets) });
      storing = storing
        .then(store)
        .catch((error: unknown) => log.warn({ err: error, run: runId }, 'lines of a run were lost'));
    },
    silence: () => storing,
  };
}
