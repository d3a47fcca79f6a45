import type { Incoming } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';

/** Who asks, by the credentials that the edition takes. `undefined` is the anonymous reader; wrong ones are refused. */
export function findAccount(world: World, request: Incoming): SeedAccount | undefined {
  return world.edition.findAccount(world, request);
}

/** As {@link findAccount}, but nobody is 401. */
export function getAccount(world: World, request: Incoming): SeedAccount {
  const account = findAccount(world, request);
  if (account === undefined) throw world.edition.refuseNobody(request);
  return account;
}
