/** Gives what was asked for under the same name a moment ago, else asks. A failure is not remembered. */
export type ShortMemory<T> = (name: string, ask: () => Promise<T>) => Promise<T>;

/** Remembers answers for some milliseconds, in this process. Who asks while an answer is under way shares it. */
export function createShortMemory<T>({ forMs, now }: { forMs: number; now(): Date }): ShortMemory<T> {
  const known = new Map<string, { at: number; answer: Promise<T> }>();
  return (name, ask) => {
    const at = now().getTime();
    for (const [other, { at: then }] of known) if (then + forMs <= at) known.delete(other);
    const remembered = known.get(name);
    if (remembered !== undefined) return remembered.answer;
    const answer = ask();
    known.set(name, { at, answer });
    // Whoever asked sees the failure; the next one asks again.
    answer.catch(() => known.delete(name));
    return answer;
  };
}
