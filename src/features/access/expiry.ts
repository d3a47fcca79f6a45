import { TielineError } from '../../kit/errors.ts';

/** Nobody means to make what has ended already. @throws request-invalid naming `expiresAt` */
export function assertInFuture(expiresAt: Date | undefined, now: Date): void {
  if (expiresAt === undefined || expiresAt > now) return;
  throw new TielineError('request-invalid', `${expiresAt.toISOString()} is in the past`, {
    fields: [{ path: 'expiresAt', message: 'must be in the future' }],
  });
}
