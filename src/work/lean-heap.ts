import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * By how much V8 lets the space of what is new grow at a time, and by how many percent the heap beyond what is in use
 * before it collects all. First its own values (0: it finds out by itself), then hardly anything. Read at each collection.
 */
const usual = ['--semi-space-growth-factor=2', '--heap-growing-percent=0'];
const lean = ['--semi-space-growth-factor=1', '--heap-growing-percent=30'];

/** V8 does not look at flags before it has collected all, and left alone it does not until the heap is large. */
function tell(flags: string[]): void {
  for (const flag of [...flags, '--expose-gc']) setFlagsFromString(flag);
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

/**
 * Runs work that makes much garbage, such as loading the program or reading a host's whole history, on a heap that stays
 * small, for some time of the processor. One such work at a time.
 */
export async function onLeanHeap<T>(work: () => Promise<T>): Promise<T> {
  tell(lean);
  try {
    return await work();
  } finally {
    tell(usual);
  }
}
