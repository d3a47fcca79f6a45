import type { Log } from '../kit/log.ts';

/** For the command line, which prints what matters by itself. */
export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
