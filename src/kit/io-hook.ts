/**
 * Called at every I/O point on a delivery's way, with the point's name, e.g. `accept#1:before`. Tests end the
 * process there; in production it is absent. `http` and `database` call it.
 */
export type IoHook = (point: string) => void;
