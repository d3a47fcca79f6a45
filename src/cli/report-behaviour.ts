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
  /** Whether every commit since the last successful deployment is searched for issue keys. */
  sinceLastDeployment: boolean;
  /** Whether the code host is asked for the title of a pull request that the CI does not tell. */
  askCodeHost: boolean;
  /** Whether people in Jira are asked if the deployment may go ahead, and how long their decision is waited for. */
  gate: boolean;
  gateTimeoutMs: number;
  json: boolean;
}

/** What commander makes of the flags; `--no-wait` turns `wait` to false. */
export interface BehaviourFlags {
  wait?: string | boolean;
  dryRun?: boolean;
  strict?: boolean;
  ignoreErrors?: boolean;
  sinceLastDeployment?: boolean;
  askCodeHost?: boolean;
  gate?: boolean;
  gateTimeout?: string;
  json?: boolean;
}

const usualWaitSeconds = 30;
const longestWaitSeconds = 3_600;
const usualGateSeconds = 30 * 60;
const longestGateSeconds = 24 * 3_600;
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

function readSwitch(env: Readonly<Record<string, string | undefined>>, name: string, usual = false): boolean {
  const found = findVariable(env, name);
  if (found === undefined) return usual;
  const value = words[found.text.toLowerCase()];
  if (value !== undefined) return value;
  throw new TielineError('usage-wrong', `${found.name} is "${found.text}", which is neither true nor false`);
}

function readSeconds(from: string, text: string, longest: number): number {
  const seconds = Number(text);
  if (text !== '' && seconds >= 0 && seconds <= longest) return seconds;
  throw new TielineError('usage-wrong', `${from} ${text} is not a number of seconds from 0 to ${longest}`);
}

function readWait(flags: BehaviourFlags, env: Readonly<Record<string, string | undefined>>): number {
  if (typeof flags.wait === 'string') return readSeconds('--wait', flags.wait, longestWaitSeconds);
  const variable = findVariable(env, 'WAIT');
  return variable === undefined
    ? usualWaitSeconds
    : readSeconds(variable.name, variable.text, longestWaitSeconds);
}

function readGateTimeout(flags: BehaviourFlags, env: Readonly<Record<string, string | undefined>>): number {
  if (flags.gateTimeout !== undefined) {
    return readSeconds('--gate-timeout', flags.gateTimeout, longestGateSeconds);
  }
  const variable = findVariable(env, 'GATE_TIMEOUT');
  return variable === undefined
    ? usualGateSeconds
    : readSeconds(variable.name, variable.text, longestGateSeconds);
}

/**
 * Reads the behaviour: a flag, else the variable `PLUGIN_…` or `TIELINE_…`, in either case.
 * @throws TielineError `usage-wrong` for a value that cannot be meant
 */
export function readBehaviour(
  flags: BehaviourFlags,
  env: Readonly<Record<string, string | undefined>>,
): Behaviour {
  const waitForAnswer = flags.wait === false ? false : !readSwitch(env, 'NO_WAIT');
  const gate = flags.gate ?? readSwitch(env, 'GATE');
  if (gate && !waitForAnswer) {
    throw new TielineError('usage-wrong', '--gate waits for a decision, and --no-wait forbids waiting', {
      hint: 'Give one of the two.',
    });
  }
  return {
    waitMs: readWait(flags, env) * 1_000,
    waitForAnswer,
    dryRun: flags.dryRun ?? readSwitch(env, 'DRY_RUN'),
    strict: flags.strict ?? readSwitch(env, 'STRICT'),
    ignoreErrors: flags.ignoreErrors ?? readSwitch(env, 'IGNORE_ERRORS'),
    sinceLastDeployment: flags.sinceLastDeployment ?? readSwitch(env, 'SINCE_LAST_DEPLOYMENT', true),
    askCodeHost: flags.askCodeHost ?? readSwitch(env, 'ASK_CODE_HOST', true),
    gate,
    gateTimeoutMs: readGateTimeout(flags, env) * 1_000,
    json: flags.json ?? false,
  };
}
