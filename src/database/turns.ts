/** Runs work alone among work of the same key, and at most `limit` at once over all keys; the rest waits. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** Turns within this process. */
export function createTurns(limit: number): Turns {
  const last = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const limited = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // The place goes to the next one without being free in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };

  return (key, work) => {
    const begin = () => limited(work);
    const turn = (last.get(key) ?? Promise.resolve()).then(begin, begin);
    last.set(key, turn);
    const over = () => {
      if (last.get(key) === turn) last.delete(key);
    };
    turn.then(over, over);
    return turn;
  };
}
