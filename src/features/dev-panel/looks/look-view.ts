import { z } from 'zod';
import { isoDate, text } from '../../../kit/paging.ts';
import type { Link } from '../links/link-store.ts';
import type { Look } from './look-store.ts';

const shown = z.string().nullable();

/** A look as the API shows it. */
export const lookView = z.object({
  id: z.string(),
  cause: z.enum(['schedule', 'request']),
  state: z.enum(['waiting', 'running', 'paused', 'done', 'failed']).meta({
    description:
      'waiting: for its turn, or for the end of a backfill. paused: until the host’s rate limit allows more.',
  }),
  whole: z.boolean().meta({ description: 'Whether every branch is looked at, not the recent ones alone.' }),
  startedAt: isoDate.nullable(),
  endedAt: isoDate.nullable(),
  retryAt: isoDate.nullable(),
  checked: z.number().meta({ description: 'Branches and pull requests that were compared.' }),
  changes: z.number().meta({ description: 'Of which Jira had to be told.' }),
  repaired: z
    .array(z.object({ repository: z.string(), what: z.string(), was: shown, now: shown }))
    .meta({ description: 'The first of the changes: how Jira showed it before and does now; null: not.' }),
  notice: z.string().nullable().meta({ description: 'What somebody should look at.' }),
  problem: z.object({ code: z.string(), message: z.string(), hint: z.string() }).nullable(),
});

function stateOf({ startedAt, endedAt, retryAt, problem }: Look): z.output<typeof lookView>['state'] {
  if (endedAt !== null) return problem === null ? 'done' : 'failed';
  if (retryAt !== null) return 'paused';
  return startedAt === null ? 'waiting' : 'running';
}

/** Says that webhooks seem to be lost; undefined when none is. */
function noticeOf({ missed }: Look, { lastHookAt }: Link): string | null {
  if (missed === 0) return null;
  const changes = missed === 1 ? '1 change' : `${missed} changes`;
  const since = lastHookAt === null ? 'and none has ever come' : `the last one came at ${text(lastHookAt)}`;
  return `${changes} came by no webhook; ${since}: check the webhook at the host`;
}

/** Shows a look at a link. */
export function viewLook(look: Look, link: Link): z.output<typeof lookView> {
  const { id, cause, whole, checked, changes, repaired, problem } = look;
  return {
    id,
    cause,
    state: stateOf(look),
    whole,
    startedAt: text(look.startedAt),
    endedAt: text(look.endedAt),
    retryAt: text(look.retryAt),
    checked,
    changes,
    repaired,
    notice: noticeOf(look, link),
    problem,
  };
}
