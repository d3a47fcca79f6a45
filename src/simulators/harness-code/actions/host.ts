import { Refusal } from '../refusal.ts';
import type { Deliveries } from '../webhooks/delivery.ts';
import type { Principal, Repository, World } from '../world.ts';

/** What every action needs. */
export interface Host {
  world: World;
  deliveries: Deliveries;
}

/** Someone who does something in a repository. */
export interface Act {
  repository: Repository;
  by: Principal;
}

/** The host's clock, in milliseconds. */
export const at = (host: Host): number => host.world.now().getTime();

/** Runs a change when it is its turn. @throws Refusal 403 for an archived repository */
export function change<T>({ repository }: Act, work: () => Promise<T>): Promise<T> {
  return repository.turns(() => {
    if (repository.archived) throw new Refusal(403, 'The repository is archived and can not be changed');
    return work();
  });
}
