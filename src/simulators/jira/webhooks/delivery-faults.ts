/** Which deliveries a fault strikes. Every condition given must hold; none is every delivery. */
export interface DeliveryMatch {
  /** e.g. `jira:issue_updated`. */
  event?: string;
  /** The issue's key. */
  issue?: string;
  /** The webhook's id. */
  webhook?: number;
}

/**
 * What happens to a struck delivery:
 * - `lose`: it is never sent, as when a queue overflows
 * - `duplicate`: it is sent twice under one identifier
 * - `reorder`: it is sent after the next one of its webhook
 * - `delayMs`: it is sent later, while others overtake it
 */
export type DeliveryFaultKind = 'lose' | 'duplicate' | 'reorder' | { delayMs: number };

/** A fault that waits for deliveries. */
export interface DeliveryFault {
  match?: DeliveryMatch;
  /** So many matching deliveries pass unharmed first. */
  after?: number;
  /** So many deliveries are struck; all, when absent. */
  times?: number;
  does: DeliveryFaultKind;
}

/** A fault as it stands now. */
export interface ActiveDeliveryFault extends DeliveryFault {
  id: number;
  matched: number;
  struck: number;
}

/** Ways to lose, double, delay and reorder webhooks. What is added first strikes first. */
export interface DeliveryFaults {
  add(fault: DeliveryFault): number;
  list(): ActiveDeliveryFault[];
  clear(): void;
  /** Finds the fault that strikes this delivery, and counts it. */
  strike(about: DeliveryMatch): DeliveryFaultKind | undefined;
}

/** No faults yet. */
export function createDeliveryFaults(): DeliveryFaults {
  const faults: ActiveDeliveryFault[] = [];
  let nextId = 1;
  const isMet = <T>(wanted: T | undefined, given: T | undefined) => wanted === undefined || wanted === given;
  return {
    add(fault) {
      const id = nextId++;
      faults.push({ ...fault, id, matched: 0, struck: 0 });
      return id;
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults.length = 0;
    },
    strike(about) {
      for (const fault of faults) {
        const { event, issue, webhook } = fault.match ?? {};
        if (fault.times !== undefined && fault.struck >= fault.times) continue;
        if (!isMet(event, about.event) || !isMet(issue, about.issue) || !isMet(webhook, about.webhook))
          continue;
        fault.matched++;
        if (fault.matched <= (fault.after ?? 0)) continue;
        fault.struck++;
        return fault.does;
      }
      return undefined;
    },
  };
}
