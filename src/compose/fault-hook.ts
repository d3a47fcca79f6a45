import { appendFileSync } from 'node:fs';
import { TielineError } from '../kit/errors.ts';
import type { IoHook } from '../kit/io-hook.ts';

/**
 * The hook behind `TIELINE_FAULT`, with which tests end a hub at a chosen I/O point as a power cut would:
 * `record:FILE` writes the points passed to a file, `kill:POINT` ends the process with SIGKILL at the point.
 * @throws configuration-invalid
 */
export function faultHook(fault: string | undefined): IoHook | undefined {
  if (fault === undefined) return undefined;
  const [action, target] = [fault.slice(0, fault.indexOf(':')), fault.slice(fault.indexOf(':') + 1)];
  if (action === 'record') return (point) => appendFileSync(target, `${point}\n`);
  if (action === 'kill') {
    return (point) => {
      if (point === target) process.kill(process.pid, 'SIGKILL');
    };
  }
  throw new TielineError('configuration-invalid', `TIELINE_FAULT: expected "record:FILE" or "kill:POINT"`);
}
