/** Tells those who follow a run on this replica that something happened to it. */
export interface Announcements {
  announce(runId: string): void;
  /** Resolves at the next announcement, after `atMostMs`, or when the follower has gone. */
  next(runId: string, atMostMs: number, signal: AbortSignal): Promise<void>;
}

/** Announcements within this process; what happens on other replicas is seen after `atMostMs`. */
export function createAnnouncements(): Announcements {
  const followers = new Map<string, Set<() => void>>();
  return {
    announce(runId) {
      for (const wake of [...(followers.get(runId) ?? [])]) wake();
    },
    next: (runId, atMostMs, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const group = followers.get(runId) ?? new Set();
        followers.set(runId, group);
        const wake = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', wake);
          group.delete(wake);
          if (group.size === 0) followers.delete(runId);
          resolve();
        };
        const timer = setTimeout(wake, atMostMs);
        signal.addEventListener('abort', wake);
        group.add(wake);
      }),
  };
}
