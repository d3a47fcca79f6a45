/** `Tiel` in ASCII: the first half of every advisory lock key of ours, so that other programs' locks never meet them. */
const space = 0x5469656c;

/** What each advisory lock guards, as the two integers that `pg_advisory_lock` takes. */
export const advisoryLocks = {
  migrations: [space, 1],
  vault: [space, 2],
  hub: [space, 3],
} as const satisfies Record<string, readonly [number, number]>;
