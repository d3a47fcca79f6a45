const dayMs = 86_400_000;

/** A clock on the wall of some time zone. Its times are milliseconds as if it stood in UTC. */
export interface WallClock {
  /** What it shows at a moment. */
  at(moment: Date): number;
  /**
   * The moment at which it shows a time: of two when it is set back, the `first` or the `last`; when it is set forward
   * over that time, the moment that comes as long after the change as the time was to come.
   */
  momentOf(wallMs: number, which: 'first' | 'last'): Date;
}

/** Whether there is a time zone of this name in the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch (thrown) {
    if (thrown instanceof RangeError) return false;
    throw thrown;
  }
}

/** The clock of an IANA time zone, summer time included. */
export function wallClockOf(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const at = (moment: Date): number => {
    const parts = new Map(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(
      part('year'),
      part('month') - 1,
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
  };
  /** Whole seconds: the format shows no more. */
  const aheadMs = (moment: number) => at(new Date(moment)) - Math.floor(moment / 1_000) * 1_000;
  return {
    at,
    momentOf(wallMs, which) {
      const before = wallMs - aheadMs(wallMs - dayMs);
      const after = wallMs - aheadMs(wallMs + dayMs);
      const real = [before, after].filter((moment) => at(new Date(moment)) === wallMs);
      if (real.length === 0) return new Date(before);
      return new Date(which === 'first' ? Math.min(...real) : Math.max(...real));
    },
  };
}
