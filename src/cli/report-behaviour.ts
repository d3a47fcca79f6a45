import { TielineError } from '../kit/errors.ts';

/** How the command behaves, whatever it reports. */
export interface Behaviour {
  /** How long Jira's answer is waited for, and how long what is out of reach is tried again. */
  waitMs: number;
  /** False: the hub's word that it has taken the report is enough. */
  waitForAnswer: boolean;
  dryRun: boolean;
  strict: boolean;
  ignoreErrors: boolean;
  json: boolean;
}

/** What commander makes of the flags; `--no-wait` turns `wait` to false. */
export interface BehaviourFlags {
  wait?: string | boolean;
  dryRun?: boolean;
  strict?: boolean;
  ignoreErrors?: boolean;
  json?: boolean;
}

const usualWaitSeconds = 30;
const longestWaitSeconds = 3_600;
const prefixes = ['PLUGIN_', 'TIELINE_'];

/** A plugin step can set variables only, so each flag has one too, by a prefix: CIs use the plain names for themselves. */
function findVariable(env: Readonly<Record<string, string | undefined>>, name: string) {
  const names = prefixes.flatMap((prefix) => [`${prefix}${name}`, `${prefix}${name}`.toLowerCase()]);
  const found = names.find((one) => (env[one] ?? '').trim() !== '');
  return found === undefined ? undefined : { name: found, text: (env[found] ?? '').trim() };
}

const words: Record<string, boolean> = {
  true: true,
  yes: true,
  on: true,
  1: true,
  false: false,
  no: false,
  off: false,
  0: false,
};

function readSwitch(env: Readonly<Record<string, string | undefined>>, name: string): boolean {
  const found = findVariable(env, name);
  if (found === undefined) return false;
  const value = words[found.text.toLowerCase()];
  if (value !== undefined) return value;
  throw new TielineError('usage-wrong', `${found.name} is "${found.text}", which is neither true nor false`);
}

function readSeconds(from: string, text: string): number {
  const seconds = Number(text);
  if (text !== '' && seconds >= 0 && seconds <= longestWaitSeconds) return seconds;
  throw new TielineError(
    'usage-wrong',
    `${from} ${text} is not a number of seconds from 0 to ${longestWaitSeconds}`,
  );
}

function readWait(flags: BehaviourFlags, env: Readonly<Record<string, string | undefined>>): number {
  if (typeof flags.wait === 'string') return readSeconds('--wait', flags.wait);
  const variable = findVariable(env, 'WAIT');
  return variable === undefined ? usualWaitSeconds : readSeconds(variable.name, variable.text);
}

/**
 * Reads the behaviour: a flag, else the variable `PLUGIN_…` or `TIELINE_…`, in either case.
 * @throws TielineError `usage-wrong` for a value that cannot be meant
 */
export function readBehaviour(
  flags: BehaviourFlags,
  env: Readonly<Record<string, string | undefined>>,
): Behaviour {
  return {
    waitMs: readWait(flags, env) * 1_000,
    waitForAnswer: flags.wait === false ? false : !readSwitch(env, 'NO_WAIT'),
    dryRun: flags.dryRun ?? readSwitch(env, 'DRY_RUN'),
    strict: flags.strict ?? readSwitch(env, 'STRICT'),
    ignoreErrors: flags.ignoreErrors ?? readSwitch(env, 'IGNORE_ERRORS'),
    json: flags.json ?? false,
  };
}
