import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { IssueLook, JiraIssues, SeenIssue } from '../../../kit/jira-issues.ts';
import { inParallel } from './in-parallel.ts';
import type { DueWait } from './wait-store.ts';

/** Jira's search may know of a change some minutes late. */
const overlapMs = 5 * 60 * 1_000;
/** After so long a silence every issue is looked at, not only those that changed. */
const longSilenceMs = 24 * 60 * 60 * 1_000;
/** So many are read each by itself, which shows most; more by search. */
const mostByThemselves = 3;
const readsAtOnce = 4;

/** What a look found, by the ids of issues. What is in none of the lists has not changed. */
export interface Found {
  seen: Map<string, SeenIssue>;
  /** Those that will not come back. */
  gone: Map<string, TielineError>;
  /** Those of which nothing could be learnt, and why. */
  missed: Map<string, TielineError>;
}

/**
 * Looks at the issues of waits: at those that may have changed by a search that they share, at the others as they are
 * now.
 */
export async function readIssues(issues: JiraIssues, due: DueWait[], now: Date): Promise<Found> {
  const found: Found = { seen: new Map(), gone: new Map(), missed: new Map() };
  const isNow = (wait: DueWait) =>
    wait.isOver || wait.isHooked || wait.isAskedFor || wait.isFullDue || wait.fingerprint === null;
  const asTheyAre = due.filter(isNow);
  const ids = idsOf(asTheyAre);
  const polled = due.filter((wait) => !isNow(wait) && !ids.includes(wait.issueId));
  if (ids.length <= mostByThemselves) await readEach(issues, ids, fieldsOf(asTheyAre), found);
  else await lookInto(issues, { ids, fields: fieldsOf(asTheyAre) }, found);
  if (polled.length > 0) await lookInto(issues, pollOf(polled, now), found);
  return found;
}

const idsOf = (waits: DueWait[]): string[] => [...new Set(waits.map(({ issueId }) => issueId))];

/** What all of them want together; undefined: everything. */
function fieldsOf(waits: DueWait[]): string[] | undefined {
  const wanted = new Set<string>();
  for (const { fields } of waits) {
    if (fields === undefined) return undefined;
    for (const field of fields) wanted.add(field);
  }
  return [...wanted];
}

function pollOf(waits: DueWait[], now: Date): IssueLook {
  const since = waits.reduce((oldest, { lookedAt }) => Math.min(oldest, lookedAt.getTime()), now.getTime());
  const silenceMs = now.getTime() - since;
  const changed = silenceMs > longSilenceMs ? {} : { withinMs: silenceMs + overlapMs };
  return { ids: idsOf(waits), fields: fieldsOf(waits), ...changed };
}

async function lookInto(issues: JiraIssues, look: IssueLook, found: Found): Promise<void> {
  const looked = await issues.look(look).catch(asTielineError);
  if (looked instanceof TielineError) {
    for (const id of look.ids) found.missed.set(id, looked);
    return;
  }
  for (const issue of looked.issues) found.seen.set(issue.id, issue);
  // Search forgets what was only moved or hidden for a moment: the issue itself has the last word.
  await readEach(issues, looked.unknownIds, look.fields, found);
}

async function readEach(
  issues: JiraIssues,
  ids: string[],
  fields: string[] | undefined,
  found: Found,
): Promise<void> {
  await inParallel(readsAtOnce, ids, async (id) => {
    const read = await issues.read(id, { fields }).catch(asTielineError);
    if (!(read instanceof TielineError)) found.seen.set(id, read);
    else if (read.code === 'resource-not-found') found.gone.set(id, read);
    else found.missed.set(id, read);
  });
}
