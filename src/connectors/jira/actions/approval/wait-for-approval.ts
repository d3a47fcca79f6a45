import { z } from 'zod';
import { type ActionResult, defineAction, type Json, type Wait } from '../../../../kit/action.ts';
import { asTielineError, TielineError } from '../../../../kit/errors.ts';
import { dateText, type ExpressionMap, type ExpressionValue } from '../../../../kit/expression/index.ts';
import type { JiraIssues, SeenIssue } from '../../../../kit/jira-issues.ts';
import { byNearness } from '../../fields/nearness.ts';
import { createIssueReading } from '../../issue-reading.ts';
import { keptParts } from '../../parts.ts';
import type { JiraSettings } from '../../settings.ts';
import { issueKey } from '../inputs.ts';
import type { JiraContext } from '../issue-tools.ts';
import { changeWindow, windowAt } from './change-window.ts';
import { criteria } from './criteria.ts';
import { decidingChange, toldOf } from './deciding-change.ts';
import type { FieldNames } from './flat-issue.ts';
import { createJudge, type Judge, type Judgement } from './judge-issue.ts';

/** Jira's own rate limits, and the people before it, want no more. */
const leastEveryMs = 10_000;
const usualEveryMs = 60_000;
/** A decision whose history could not be read is looked at again so soon. */
const againMs = 10_000;

/** The input of `jira.wait-for-approval`. */
export const waitForApprovalInput = z.strictObject({
  issue: issueKey,
  project: z
    .string()
    .trim()
    .optional()
    .meta({ description: 'Key of the project in which the issue must be.' }),
  issueType: z.string().trim().optional().meta({ description: 'Name of the type that the issue must have.' }),
  approve: criteria,
  reject: criteria.optional(),
  everyMs: z
    .int()
    .min(leastEveryMs, { error: `must be at least ${leastEveryMs} (10 seconds)` })
    .default(usualEveryMs)
    .meta({ description: 'How often the issue is looked at, in milliseconds.' }),
  changeWindow: changeWindow.optional(),
});
type WaitForApproval = z.output<typeof waitForApprovalInput>;

/** So many names of fields are said where one is not there. */
const mostNear = 5;

/** What is kept from look to look: how the fields are called, which a search may not tell. */
const waitState = z.object({
  names: z.record(
    z.string(),
    z.object({ name: z.string(), schema: z.custom<FieldNames[string]['schema']>() }),
  ),
});

/** One look at one issue. */
interface Look {
  input: WaitForApproval;
  judge: Judge;
  names: FieldNames;
  context: JiraContext;
  issues: Pick<JiraIssues, 'read'>;
}

/**
 * Waits until people have approved or rejected an issue. What decides is read once more from the issue itself, together
 * with who did it: search may lag behind. "Get issue" of Jira Cloud platform REST API v3 and Jira Data Center v2.
 */
export const waitForApproval = defineAction<JiraSettings, WaitForApproval>({
  id: 'jira.wait-for-approval',
  label: 'Wait for the approval of an issue',
  input: waitForApprovalInput,
  async run(input, context) {
    const judge = createJudge(input);
    const issues = createIssueReading(keptParts(context.connection));
    const seen = await issues.read(input.issue);
    context.say(`${seen.key} is looked at every ${input.everyMs / 1_000} s: ${seen.url}`);
    tellUnseen(judge.unseen(seen.names), seen, context);
    return decide({ input, judge, names: seen.names, context, issues }, seen);
  },
  async resume(input, waited, seen, context) {
    const { names } = waitState.parse(waited.state);
    const issues = createIssueReading(keptParts(context.connection));
    return decide(
      { input, judge: createJudge(input), names: { ...names, ...seen.names }, context, issues },
      seen,
    );
  },
  // Looking has no effect: after a crash it simply begins anew.
  recover: async () => 'not-done',
});

/** A name that is written wrong would be waited for until the time is over. */
function tellUnseen(unseen: string[], { key, names }: SeenIssue, { say }: JiraContext): void {
  const known = [...new Set(Object.values(names).map(({ name }) => name))];
  for (const name of unseen) {
    if (known.includes(name)) {
      say(`The field "${name}" is of a kind that cannot be compared, and counts as empty`);
      continue;
    }
    const near = known
      .toSorted(byNearness([name]))
      .slice(0, mostNear)
      .join(', ');
    say(`${key} has no field "${name}", which counts as empty. The nearest that there are: ${near}`);
  }
}

async function decide(look: Look, seen: SeenIssue): Promise<ActionResult> {
  const { judge, names, context, issues } = look;
  const first = judge.judge(seen, names, context.now());
  if (first.verdict === 'open') return goOn(look, seen, first);
  const confirmed = await issues
    .read(seen.id, { fields: judge.fieldsFor(names), changes: true })
    .catch(asTielineError);
  if (confirmed instanceof TielineError) {
    if (confirmed.retry === 'never') throw confirmed;
    context.say(`${seen.key} is ${first.verdict}, but who did it could not be read: ${confirmed.message}`);
    return {
      state: 'waiting',
      wait: waitFor(look, seen, after(context.now(), againMs)),
      output: outputOf(seen, first),
    };
  }
  const known = { ...names, ...confirmed.names };
  const last = judge.judge(confirmed, known, context.now());
  if (last.verdict === 'open') return goOn(look, confirmed, last);
  return settle({ ...look, names: known }, confirmed, last);
}

function settle(look: Look, seen: SeenIssue, judgement: Judgement): ActionResult {
  const { input, names, context } = look;
  const change = decidingChange(seen, judgement.names, names);
  const told = toldOf(change);
  const output = { ...outputOf(seen, judgement), ...change };
  if (judgement.verdict === 'rejected') {
    return {
      state: 'rejected',
      reason: `${seen.key} was rejected${told}`,
      output: { ...output, decided: 'rejected' },
    };
  }
  const window = input.changeWindow && windowAt(input.changeWindow, judgement.issue, context.now());
  if (window !== undefined && !window.isOpen) {
    const until = window.opensAt === undefined ? `: ${window.why}` : ` at ${window.opensAt.toISOString()}`;
    context.say(`${seen.key} was approved${told}. Now it waits until the change window opens${until}`);
    return { state: 'waiting', wait: waitFor(look, seen, window.opensAt), output };
  }
  context.say(`${seen.key} was approved${told}`);
  return { state: 'done', output: { ...output, decided: 'approved' } };
}

function goOn(look: Look, seen: SeenIssue, judgement: Judgement): ActionResult {
  const { names, issue } = judgement;
  const told = names.map((name) => `${name} is ${shown(issue[name] ?? null)}`).join(', ');
  look.context.say(`${seen.key} is neither approved nor rejected${told === '' ? '' : `: ${told}`}`);
  return { state: 'waiting', wait: waitFor(look, seen), output: outputOf(seen, judgement) };
}

function waitFor({ input, judge, names }: Look, seen: SeenIssue, lookAt?: Date): Wait {
  const fields = judge.fieldsFor(names);
  const kept = Object.entries(names).filter(([key]) => fields?.includes(key) ?? true);
  return {
    issueId: seen.id,
    issueKey: seen.key,
    everyMs: input.everyMs,
    ...(fields && { fields }),
    ...(lookAt && { lookAt }),
    state: {
      names: Object.fromEntries(
        kept.map(([key, { name, schema }]) => [key, { name, schema: jsonOf(schema) }]),
      ),
    },
  };
}

const after = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

function jsonOf(schema: FieldNames[string]['schema']): Json {
  if (schema === undefined) return null;
  const given = Object.entries(schema).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given);
}

const longestShown = 100;

function shown(value: ExpressionValue): string {
  if (value === null) return 'empty';
  if (value instanceof Date) return dateText(value);
  const text = typeof value === 'string' ? `"${value}"` : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

const textIn = (issue: ExpressionMap, name: string): string => {
  const value = issue[name];
  return typeof value === 'string' ? value : '';
};

const outputOf = ({ key, url }: SeenIssue, { issue }: Judgement): Record<string, Json> => ({
  issue: { key, url, status: textIn(issue, 'Status'), issueType: textIn(issue, 'Issue Type') },
});
