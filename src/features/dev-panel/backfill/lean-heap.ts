import { setFlagsFromString } from 'node:v8';

/** By how much V8 lets the space of what is new grow at a time: its own value, and not at all. Read at each collection. */
const usual = '--semi-space-growth-factor=2';
const lean = '--semi-space-growth-factor=1';

/**
 * Runs work that makes much garbage for long, such as reading a host's whole history, on a heap that stays small, for some
 * time of the processor. One such work at a time.
 */
export async function onLeanHeap(work: () => Promise<void>): Promise<void> {
  setFlagsFromString(lean);
  try {
    await work();
  } finally {
    setFlagsFromString(usual);
  }
}
