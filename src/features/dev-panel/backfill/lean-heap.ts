import { setFlagsFromString } from 'node:v8';

/** V8's own values, and those with which it collects sooner instead of taking more memory. Read at each collection. */
const usual = ['--semi-space-growth-factor=2', '--heap-growing-percent=0'];
const lean = ['--semi-space-growth-factor=1', '--heap-growing-percent=30'];

/**
 * Runs work that makes much garbage for long, such as reading a host's whole history, on a heap that stays small: less
 * than half of the memory, for some time of the processor. One such work at a time.
 */
export async function onLeanHeap(work: () => Promise<void>): Promise<void> {
  for (const flag of lean) setFlagsFromString(flag);
  try {
    await work();
  } finally {
    for (const flag of usual) setFlagsFromString(flag);
  }
}
