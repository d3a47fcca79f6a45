import { TielineError } from '../../../../kit/errors.ts';
import type { ExpressionMap, ExpressionValue } from '../../../../kit/expression/index.ts';
import type { SeenIssue } from '../../../../kit/jira-issues.ts';
import { type ChangeWindow, namesIn } from './change-window.ts';
import { type Criteria, type Criterion, compileCriteria } from './criteria.ts';
import { type FieldNames, flattenIssue, isSeen, keysOfName } from './flat-issue.ts';

/** What of an approval's input decides. */
export interface Asked {
  project?: string;
  issueType?: string;
  approve: Criteria;
  reject?: Criteria;
  changeWindow?: ChangeWindow;
}

/** How an issue stands against the criteria. */
export interface Judgement {
  verdict: 'approved' | 'rejected' | 'open';
  /** The names of the fields that decided, or on which the decision waits. */
  names: string[];
  issue: ExpressionMap;
}

/** Judges issues by criteria. */
export interface Judge {
  /**
   * Approval counts before rejection.
   * @throws approval-criteria-invalid, approval-issue-unfit
   */
  judge(seen: SeenIssue, names: FieldNames, now: Date): Judgement;
  /** The keys of the fields that have to be read; undefined: all. */
  fieldsFor(names: FieldNames): string[] | undefined;
  /** The names of fields that are asked for, and that no field of the issue can answer. */
  unseen(names: FieldNames): string[];
}

/** What every look reads: it is checked, and shown. */
const always = ['project', 'issuetype', 'status'];

/** Prepares an approval's criteria. @throws approval-criteria-invalid */
export function createJudge(asked: Asked): Judge {
  const approve = compileCriteria(asked.approve, 'approval');
  if (approve === undefined) {
    throw new TielineError('approval-criteria-invalid', 'The approval criteria have no condition', {
      hint: 'Give at least one condition: an issue is not approved by nothing.',
    });
  }
  const reject = asked.reject && compileCriteria(asked.reject, 'rejection');
  const criteria: Criterion[] = [approve, ...(reject ? [reject] : [])];
  const windowNames = asked.changeWindow === undefined ? [] : namesIn(asked.changeWindow);
  return {
    judge(seen, names, now) {
      const issue = flattenIssue(seen, names);
      assertFits(asked, seen.key, issue);
      if (approve.matches(issue, now)) return { verdict: 'approved', names: approve.deciding(issue), issue };
      if (reject?.matches(issue, now)) return { verdict: 'rejected', names: reject.deciding(issue), issue };
      const open = [...new Set(criteria.flatMap((one) => one.names ?? []))];
      return { verdict: 'open', names: open, issue };
    },
    fieldsFor(names) {
      const keys = new Set(always);
      for (const wanted of [...criteria.map((one) => one.names), windowNames]) {
        if (wanted === undefined) return undefined;
        for (const name of wanted) {
          const found = keysOfName(name, names);
          // The issue may come by the field later, e.g. with another type.
          if (found === undefined) return undefined;
          for (const key of found) keys.add(key);
        }
      }
      return [...keys];
    },
    unseen(names) {
      const wanted = [...criteria.flatMap((one) => one.names ?? []), ...windowNames];
      return [...new Set(wanted)].filter((name) => !isSeen(name, names));
    },
  };
}

/** An approval of one issue must not pass for that of another. */
function assertFits({ project, issueType }: Asked, key: string, issue: ExpressionMap): void {
  const expected: [string, string | undefined, ExpressionValue | undefined][] = [
    ['project', project, issue['Project Key']],
    ['issue type', issueType, issue['Issue Type']],
  ];
  for (const [what, wanted, actual] of expected) {
    if (wanted === undefined || wanted === '' || wanted === actual) continue;
    throw new TielineError(
      'approval-issue-unfit',
      `${key} has the ${what} "${String(actual)}", and "${wanted}" was expected`,
    );
  }
}
