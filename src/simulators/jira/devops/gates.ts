/** What a gate may say. `expired` is in no contract; Atlassian's own plugin for Jenkins knows it. */
export const gatingStatuses = ['allowed', 'prevented', 'awaiting', 'expired', 'invalid'] as const;
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
  /** Decides every gate that awaits, and those to come; `awaiting` leaves those to come open again. */
  decideAll(status: GatingStatus): void;
}

/** No gates yet. */
export function createGates(now: () => Date): Gates {
  const gates = new Map<string, Gate>();
  let first: GatingStatus = 'awaiting';
  return {
    open(id) {
      if (!gates.has(id)) gates.set(id, { status: first, updatedAt: now() });
    },
    find: (id) => gates.get(id),
    decide(id, status) {
      gates.set(id, { status, updatedAt: now() });
    },
    decideAll(status) {
      first = status;
      for (const [id, gate] of gates) {
        if (gate.status === 'awaiting') gates.set(id, { status, updatedAt: now() });
      }
    },
  };
}
