/** What a gate may say. */
export const gatingStatuses = ['allowed', 'prevented', 'awaiting', 'invalid'] as const;
export type GatingStatus = (typeof gatingStatuses)[number];

export interface Gate {
  status: GatingStatus;
  updatedAt: Date;
}

/** The gates of deployments that asked for one. In Jira Service Management people decide; here a test does. */
export interface Gates {
  /** Opens a gate that awaits a decision, unless the deployment has one already. */
  open(id: string): void;
  find(id: string): Gate | undefined;
  decide(id: string, status: GatingStatus): void;
}

/** No gates yet. */
export function createGates(now: () => Date): Gates {
  const gates = new Map<string, Gate>();
  return {
    open(id) {
      if (!gates.has(id)) gates.set(id, { status: 'awaiting', updatedAt: now() });
    },
    find: (id) => gates.get(id),
    decide(id, status) {
      gates.set(id, { status, updatedAt: now() });
    },
  };
}
