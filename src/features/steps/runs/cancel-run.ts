import { sql } from 'kysely';
import { TielineError } from '../../../kit/errors.ts';
import type { Change } from '../../access/index.ts';
import type { Run } from './run.ts';

/**
 * Asks for the end of a run: whichever replica has it in hand breaks it off.
 * @throws run-over
 */
export async function cancelRun(
  { trx, by, note, now }: Change,
  run: Run,
  step: string | undefined,
): Promise<void> {
  const asked = await sql`
    update runs set due_at = ${now}, held_by = null,
      cancelled_by = coalesce(cancelled_by, ${JSON.stringify({ kind: by.kind, id: by.id, name: by.name })}::jsonb)
    where id = ${run.id}::uuid and ended_at is null`.execute(trx);
  if (asked.numAffectedRows !== 1n) {
    throw new TielineError('run-over', `The run ${run.id} has ended already: it is ${run.state}`);
  }
  await note({
    action: step === undefined ? 'run.cancelled' : 'run.step-aborted',
    scope: run.scope,
    subject: { kind: 'run', id: run.id, name: run.name },
    ...(step === undefined ? {} : { details: { step } }),
  });
}
