import { type Callable, takes, textAt } from './arguments.ts';
import { jsonText } from './convert.ts';
import { parseDate } from './date-methods.ts';
import { selectJson } from './json-path.ts';
import { limits } from './limits.ts';
import { matcherOf, replaceMatches } from './patterns.ts';
import { asDay, type ExpressionMap, type ExpressionValue, isMap, kindOf } from './value.ts';
import { failed, secretMisused, spend, unresolved, type Work, wrongKind } from './work.ts';
import { selectXml } from './xml-path.ts';

/** A function by its whole name. `maybe`: its arguments may be missing, and are null then. */
export interface ExpressionFunction extends Callable<undefined> {
  maybe?: boolean;
}

/** JSON text as a value. What is a list or a map already stays what it is. */
function jsonAt(args: ExpressionValue[], at: number, work: Work): ExpressionValue {
  const given = args[at] ?? null;
  if (Array.isArray(given) || isMap(given)) return given;
  if (typeof given !== 'string') throw wrongKind(work, `Argument ${at + 1}`, 'JSON text', kindOf(given));
  spend(work, given.length / 512);
  try {
    const value: ExpressionValue = JSON.parse(given);
    return value;
  } catch {
    throw failed(work, 'the text is no JSON');
  }
}

function selectOne(args: ExpressionValue[], work: Work): ExpressionValue | undefined {
  const { found } = selectJson(textAt(args, 0, work), jsonAt(args, 1, work), work);
  if (found.length > 1) {
    throw failed(work, `the path finds ${found.length} values, and json.select gives one; use json.list`);
  }
  return found[0];
}

function selectList(args: ExpressionValue[], work: Work): ExpressionValue | undefined {
  const { found, several } = selectJson(textAt(args, 0, work), jsonAt(args, 1, work), work);
  if (several) return found;
  const [only] = found;
  return only === undefined || Array.isArray(only) ? only : [only];
}

/** The first match that is not empty, as Harness has it; an empty text when there is none. */
function extract(args: ExpressionValue[], work: Work): string {
  const matcher = matcherOf(textAt(args, 0, work), textAt(args, 1, work), work);
  while (matcher.find()) {
    spend(work, limits.matchSteps);
    const found = matcher.group();
    if (found) return found;
  }
  return '';
}

function openSecret(args: ExpressionValue[], work: Work): ExpressionValue {
  const reference = textAt(args, 0, work);
  // A scope without secrets is that of a criterion.
  if (work.scope.secret === undefined) throw secretMisused(work, 'Deciding by a criterion');
  const secret = work.scope.secret(reference);
  if (secret) return secret;
  throw unresolved(work, `the secret ${reference} is not there`, { secret: reference });
}

function sizeOf([value = null]: ExpressionValue[], work: Work): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  throw wrongKind(work, 'size()', 'a text, a list or a map', kindOf(value));
}

function isEmpty([value = null]: ExpressionValue[], work: Work): boolean {
  if (kindOf(value) === 'secret') throw wrongKind(work, 'empty()', '', 'secret');
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isMap(value) ? Object.keys(value).length === 0 : false;
}

const today: ExpressionFunction = takes(0, (_target, _args, { scope }) => asDay(scope.now()));
const now: ExpressionFunction = takes(0, (_target, _args, { scope }) => new Date(scope.now()));

const table: Readonly<Record<string, ExpressionFunction>> = {
  empty: { ...takes(1, (_, args, work) => isEmpty(args, work)), maybe: true },
  size: takes(1, (_, args, work) => sizeOf(args, work)),
  currentDate: today,
  currentTime: now,
  'datetime.currentDate': today,
  'datetime.currentTime': now,
  'datetime.parse': takes(1, (_, args, work) => parseDate(textAt(args, 0, work), work)),
  'json.select': takes(2, (_, args, work) => selectOne(args, work)),
  'json.list': takes(2, (_, args, work) => selectList(args, work)),
  'json.object': takes(1, (_, args, work): ExpressionMap => {
    const value = jsonAt(args, 0, work);
    if (isMap(value)) return value;
    throw wrongKind(work, 'json.object', 'the JSON of a map', kindOf(value));
  }),
  'json.format': takes(1, (_, [value = null], work) => jsonText(value, work)),
  'xml.select': takes(2, (_, args, work) => selectXml(textAt(args, 0, work), textAt(args, 1, work), work)),
  'regex.extract': takes(2, (_, args, work) => extract(args, work)),
  'regex.replace': takes(3, (_, args, work) => {
    const [pattern, replacement, text] = [
      textAt(args, 0, work),
      textAt(args, 1, work),
      textAt(args, 2, work),
    ];
    return replaceMatches(pattern, text, replacement, true, work);
  }),
  'regex.match': takes(2, (_, args, work) =>
    matcherOf(textAt(args, 0, work), textAt(args, 1, work), work).find(),
  ),
  'secrets.getValue': takes(1, (_, args, work) => openSecret(args, work)),
};

/** Every function that an expression can call, by its whole name. */
export const functions: ReadonlyMap<string, ExpressionFunction> = new Map(Object.entries(table));

/** What stands before the dot of a function's name: `json`, `secrets`. */
export const functionFamilies: ReadonlySet<string> = new Set(
  Object.keys(table).flatMap((name) => (name.includes('.') ? [name.slice(0, name.indexOf('.'))] : [])),
);
