import { RE2JS } from 're2js';

/** What a runtime input asks for beside a value. */
export interface InputRules {
  default?: string;
  /** One of these, or several of them with commas between. */
  allowed?: { values: string[]; several: boolean };
  /** The whole value must match it. */
  regex?: RE2JS;
}

const begin = '<+input>';

/** Whether a value is to be given for each run. */
export const isRuntimeInput = (value: unknown): value is string =>
  typeof value === 'string' && value.trim().startsWith(begin);

/** The place after the parenthesis that closes what was opened before `from`, or undefined. */
function findClosing(text: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

const unquote = (text: string): string => /^(["'])(.*)\1$/s.exec(text.trim())?.[2] ?? text.trim();

/** Cut at commas outside of double quotes. */
const splitList = (text: string): string[] =>
  (text.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map(unquote).filter((value) => value !== '');

const suffixes: Record<string, (rules: InputRules, given: string) => void> = {
  default: (rules, given) => {
    rules.default = unquote(given);
  },
  allowedValues: (rules, given) => {
    rules.allowed = { values: splitList(given), several: false };
  },
  selectOneFrom: (rules, given) => {
    rules.allowed = { values: splitList(given), several: false };
  },
  selectManyFrom: (rules, given) => {
    rules.allowed = { values: splitList(given), several: true };
  },
  regex: (rules, given) => {
    rules.regex = RE2JS.compile(unquote(given));
  },
  // It says when Harness asks, and every input is given before a run here.
  executionInput: () => undefined,
};

/**
 * Reads what follows `<+input>`: `.default(v)`, `.allowedValues(a,b)`, `.selectOneFrom(a,b)`, `.selectManyFrom(a,b)`,
 * `.regex(…)`, `.executionInput()`. Gives what is wrong with it as a text.
 * @see https://developer.harness.io/docs/platform/variables-and-expressions/runtime-inputs/
 */
export function readInputRules(text: string): InputRules | string {
  const rules: InputRules = {};
  let rest = text.trim().slice(begin.length);
  while (rest !== '') {
    const [opening, name = ''] = /^\.(\w+)\(/.exec(rest) ?? [];
    const read = Object.hasOwn(suffixes, name) ? suffixes[name] : undefined;
    if (opening === undefined || read === undefined) {
      return `has "${rest.slice(0, 60)}" after <+input>; there may be ${Object.keys(suffixes).join(', ')}`;
    }
    const end = findClosing(rest, opening.length);
    if (end === undefined) return `lacks the ) that closes .${name}(`;
    try {
      read(rules, rest.slice(opening.length, end));
    } catch (error) {
      return `has a regular expression that is none: ${error instanceof Error ? error.message : String(error)}`;
    }
    rest = rest.slice(end + 1);
  }
  return rules;
}

/** Why a value may not be given, or undefined. A value with an expression is not known yet, and not judged. */
export function judgeInput({ allowed, regex }: InputRules, value: string): string | undefined {
  if (value.includes('<+')) return undefined;
  const given = allowed?.several ? splitList(value) : [value];
  const stray = allowed?.values.some((one) => one.includes('<+'))
    ? undefined
    : given.find((one) => allowed !== undefined && !allowed.values.includes(one));
  if (stray !== undefined) return `"${stray}" is not allowed; allowed are ${allowed?.values.join(', ')}`;
  if (regex !== undefined && !regex.matches(value)) return `"${value}" does not match ${regex.pattern()}`;
  return undefined;
}
