import { exitCodes } from './failure.ts';

/** A value of a step's output. */
export type Output = Record<string, unknown>;

/** A step of a run, as the hub shows it. */
export interface StepView {
  id: string;
  identifier: string;
  name: string;
  type: string;
  state: string;
  handled: 'ignored' | 'marked-as-success' | null;
  reason: string | null;
  output: Output | null;
  outputName: string | null;
  input?: unknown;
  resolved?: unknown;
  error: { code: string; message: string; hint: string } | null;
  attempts?: { startedAt: string; endedAt?: string; error?: { code: string; message: string } }[];
  waitsFor: { issue: string } | null;
  startedAt: string | null;
  endedAt: string | null;
  deadline: string | null;
}

/** A run, as the hub shows it; the list of runs is without steps. */
export interface RunView {
  id: string;
  name: string;
  kind: string;
  scope: string;
  state: string;
  createdAt: string;
  createdBy: { name: string };
  startedAt: string | null;
  endedAt: string | null;
  issueKeys: string[];
  rerunOf: string | null;
  rerunFrom: string | null;
  skipped: { identifier: string; type: string; at: string }[];
  notices: string[];
  steps: StepView[];
}

/** The end of a run as an exit code. Not all of them end: what goes on is no failure. */
const exitCodeOfState: Record<string, number> = {
  queued: exitCodes.ok,
  running: exitCodes.ok,
  waiting: exitCodes.ok,
  succeeded: exitCodes.ok,
  failed: exitCodes.refused,
  rejected: exitCodes.prevented,
  expired: exitCodes.undecided,
  aborted: exitCodes.aborted,
};

/** 0 succeeded, 3 failed, 5 rejected, 6 expired, 7 aborted. */
export const exitCodeOfRun = ({ state }: Pick<RunView, 'state'>): number =>
  exitCodeOfState[state] ?? exitCodes.failed;

/** Whether nothing more happens to a run. */
export const isOver = ({ state }: Pick<RunView, 'state'>): boolean =>
  !['queued', 'running', 'waiting'].includes(state);

const seconds = (from: string | null, to: string | null): string =>
  from === null || to === null ? '' : `${((Date.parse(to) - Date.parse(from)) / 1_000).toFixed(1)} s`;

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);

/** The issue that a step gave, or looked at. */
function issueOf({ output }: StepView): Output | undefined {
  if (output === null) return undefined;
  const { issue } = output;
  return typeof issue === 'object' && issue !== null
    ? (issue as Output)
    : output.key === undefined
      ? undefined
      : output;
}

/** What is worth a line of a step's output: the issue, and who decided. */
function describeOutput(step: StepView): string {
  const issue = issueOf(step);
  const decided = text(step.output?.decided);
  const by = [
    text(step.output?.by) && `by ${text(step.output?.by)}`,
    text(step.output?.at) && `at ${text(step.output?.at)}`,
  ];
  return [
    issue === undefined
      ? ''
      : [text(issue.key), text(issue.Status ?? issue.status), text(issue.url)].filter(Boolean).join(' '),
    decided === '' ? '' : [decided, ...by].filter(Boolean).join(' '),
  ]
    .filter(Boolean)
    .join('; ');
}

/** A step in a line, and why it did not succeed in further ones. */
export function describeStep(step: StepView): string[] {
  const isWaiting = step.state === 'waiting' && step.waitsFor !== null;
  const told = [
    describeOutput(step),
    step.reason ?? '',
    step.handled?.replaceAll('-', ' ') ?? '',
    isWaiting ? `for ${step.waitsFor?.issue}, until ${step.deadline}` : '',
    seconds(step.startedAt, step.endedAt),
  ].filter(Boolean);
  const line = `${step.id}: ${step.state}${told.length === 0 ? '' : ` (${told.join('; ')})`}`;
  return step.error === null
    ? [line]
    : [
        line,
        `  ${step.error.code}: ${step.error.message}`,
        ...(step.error.hint === '' ? [] : [`  ${step.error.hint}`]),
      ];
}

/** What of the document was left out. */
export const leftOut = ({ skipped, notices }: Pick<RunView, 'skipped' | 'notices'>): string[] => [
  ...notices,
  ...skipped.map(({ identifier, type, at }) => `Left out: ${identifier} (${type}), ${at}`),
];

/** A whole run. */
export function describeRun(run: RunView): string[] {
  const times = [
    `started ${run.startedAt ?? 'not yet'}`,
    ...(run.endedAt === null ? [] : [`ended ${run.endedAt}`]),
  ];
  return [
    `${run.name} (${run.kind} in ${run.scope}), ${run.id}`,
    `${run.state}; made by ${run.createdBy.name} at ${run.createdAt}; ${times.join(', ')}`,
    ...(run.rerunOf === null
      ? []
      : [`again after ${run.rerunOf}${run.rerunFrom === null ? '' : `, from ${run.rerunFrom}`}`]),
    ...leftOut(run),
    ...run.steps.flatMap(describeStep),
  ];
}

/** What a run would do, as the hub answers a dry run. */
export interface DryRunView {
  steps: {
    id: string;
    type: string;
    action: string | null;
    connection: string | null;
    resolved: unknown;
    /** What only earlier steps can tell. */
    later: string | null;
    error: { code: string; message: string; hint: string } | null;
  }[];
}

/** What a run would do. */
export function describeDryRun({ steps }: DryRunView): string[] {
  return steps.flatMap(({ id, type, action, connection, resolved, later, error }) => {
    if (error !== null)
      return [`${id} (${type}): would fail`, `  ${error.code}: ${error.message}`, `  ${error.hint}`];
    if (later !== null) return [`${id} (${type}): hangs on earlier steps`, `  ${later}`];
    const spec = JSON.stringify(resolved, null, 2).replaceAll('\n', '\n  ');
    return [`${id} (${type}): ${action} by the connection "${connection}"`, `  ${spec}`];
  });
}

/** The variables for later steps of the CI. */
export function variablesOf(run: RunView): Record<string, string> {
  const found: Record<string, string> = { TIELINE_RUN_ID: run.id, TIELINE_RUN_STATE: run.state };
  const keys: string[] = [];
  for (const step of run.steps) {
    const issue = issueOf(step);
    const key = text(issue?.key);
    if (issue !== undefined && key !== '') {
      keys.push(key);
      found.JIRA_ISSUE_KEY = key;
      found.JIRA_ISSUE_URL = text(issue.url);
      found.JIRA_ISSUE_STATUS = text(issue.Status ?? issue.status);
      found[`${step.identifier.toUpperCase()}_ISSUE_KEY`] = key;
    }
    if (step.output?.decided !== undefined) {
      found.JIRA_APPROVAL = text(step.output.decided);
      found.JIRA_APPROVAL_BY = text(step.output.by);
    }
  }
  return { ...found, JIRA_ISSUE_KEYS: [...new Set(keys)].join(',') };
}
