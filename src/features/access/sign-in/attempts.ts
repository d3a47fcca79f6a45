import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';

const windowMs = 15 * 60 * 1000;
/** Attempts within a window. An address may be that of a whole office. */
const mostOf = { account: 5, address: 50 } as const;
type Subject = keyof typeof mostOf;

/** Counts attempts to sign in, in the database, so that replicas count together. */
export interface Attempts {
  /**
   * Counts an attempt before it is judged, so that many at once cannot pass.
   * @throws sign-in-limited, saying from when on another is taken
   */
  take(who: Record<Subject, string>): Promise<void>;
  /** Takes an attempt back that succeeded: the account starts anew, the address has one less. */
  forgive(who: Record<Subject, string>): Promise<void>;
}

export function createAttempts(database: Database, now: () => Date): Attempts {
  const take = async (subject: Subject, name: string): Promise<void> => {
    const at = now();
    const counted = await sql<{ attempts: number; endsAt: Date }>`
      insert into sign_in_attempts (key, attempts, ends_at)
      values (${keyOf(subject, name)}, 1, ${new Date(at.getTime() + windowMs)})
      on conflict (key) do update set
        attempts = case when sign_in_attempts.ends_at > ${at} then sign_in_attempts.attempts + 1 else 1 end,
        ends_at = case when sign_in_attempts.ends_at > ${at} then sign_in_attempts.ends_at else excluded.ends_at end
      returning attempts, ends_at as "endsAt"`.execute(database.kysely);
    const [row] = counted.rows;
    if (row === undefined || row.attempts <= mostOf[subject]) return;
    const what = subject === 'account' ? 'this account' : 'this address';
    throw new TielineError(
      'sign-in-limited',
      `There were too many attempts to sign in with ${what}; the next one counts from ${row.endsAt.toISOString()} on`,
      { retry: { after: row.endsAt } },
    );
  };
  return {
    async take({ account, address }) {
      await sql`delete from sign_in_attempts where ends_at < ${now()}`.execute(database.kysely);
      await take('address', address);
      await take('account', account);
    },
    async forgive({ account, address }) {
      await sql`delete from sign_in_attempts where key = ${keyOf('account', account)}`.execute(
        database.kysely,
      );
      await sql`update sign_in_attempts set attempts = greatest(attempts - 1, 0)
        where key = ${keyOf('address', address)}`.execute(database.kysely);
    },
  };
}

const keyOf = (subject: Subject, name: string): Buffer =>
  createHash('sha256').update(`${subject} ${name}`).digest();
