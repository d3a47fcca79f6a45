/** Gives what was asked for under the same name a moment ago, else asks. A failure is not remembered. */
export type ShortMemory<T> = (name: string, ask: () => Promise<T>) => Promise<T>;

interface Known<T> {
  /** In milliseconds. */
  at: number;
  answer: Promise<T>;
  isRefreshed: boolean;
}

/**
 * Remembers answers for some milliseconds, in this process. Who asks while an answer is under way shares it. What is
 * asked for once it is `refreshAfterMs` old is asked for anew beside, so that in a crowd nobody waits for it.
 */
export function createShortMemory<T>(options: {
  forMs: number;
  refreshAfterMs?: number;
  now(): Date;
}): ShortMemory<T> {
  const { forMs, refreshAfterMs = forMs, now } = options;
  const known = new Map<string, Known<T>>();
  return (name, ask) => {
    const at = now().getTime();
    for (const [other, { at: then }] of known) if (then + forMs <= at) known.delete(other);
    const begin = (): Known<T> => {
      const begun = { at, answer: ask(), isRefreshed: false };
      // Whoever asked sees the failure; the next one asks again.
      begun.answer.catch(() => known.delete(name));
      return begun;
    };
    const remembered = known.get(name);
    if (remembered === undefined) {
      const begun = begin();
      known.set(name, begun);
      return begun.answer;
    }
    if (!remembered.isRefreshed && remembered.at + refreshAfterMs <= at) {
      remembered.isRefreshed = true;
      const begun = begin();
      begun.answer.then(
        () => known.set(name, begun),
        () => undefined,
      );
    }
    return remembered.answer;
  };
}
