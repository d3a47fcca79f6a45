import { TielineError } from '../kit/errors.ts';
import type { AcceptedDelivery, NewDelivery } from './delivery.ts';

interface Waiting {
  delivery: NewDelivery;
  resolve(accepted: AcceptedDelivery): void;
  reject(error: unknown): void;
}

/** The most deliveries that share one transaction. */
const mostTogether = 200;

/**
 * Stores deliveries that come at the same time in one transaction: while one commits, the next gather. A lone one
 * does not wait. Each caller hears of its own delivery only after the commit; when a shared transaction fails, each
 * is tried by itself, so that one that cannot be stored does not sink its neighbours. Without a database all fail.
 */
export function createGroupCommit(
  store: (deliveries: NewDelivery[]) => Promise<AcceptedDelivery[]>,
): (delivery: NewDelivery) => Promise<AcceptedDelivery> {
  let waiting: Waiting[] = [];
  let committing = false;

  const storeTogether = async (group: Waiting[]): Promise<void> => {
    try {
      const accepted = await store(group.map(({ delivery }) => delivery));
      group.forEach((item, index) => {
        const own = accepted[index];
        if (own === undefined) item.reject(new TypeError('the ledger gave too few answers'));
        else item.resolve(own);
      });
    } catch (error) {
      // Two hundred tries one after another, each waiting for the same lost database, would hold all who come next.
      const hopeless = error instanceof TielineError && error.code === 'database-unreachable';
      if (group.length === 1 || hopeless) for (const item of group) item.reject(error);
      else for (const item of group) await storeTogether([item]);
    }
  };
  const commit = async (): Promise<void> => {
    committing = true;
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostTogether);
      waiting = waiting.slice(mostTogether);
      await storeTogether(group);
    }
    committing = false;
  };

  return (delivery) =>
    new Promise((resolve, reject) => {
      waiting.push({ delivery, resolve, reject });
      // storeTogether answers every caller and never rejects.
      if (!committing) void commit();
    });
}
