import type { Json } from '../../../kit/action.ts';
import { asTielineError } from '../../../kit/errors.ts';
import { compileCondition, compileTemplate } from '../../../kit/expression/index.ts';
import type { StepType } from './step-type.ts';
import type { WrongPlaces } from './wrong-places.ts';

/** Tells what of a text is no expression, before anything is run. */
export function checkText(text: string, path: string[], wrong: WrongPlaces): void {
  tell(() => compileTemplate(text), path, wrong);
}

/** Tells why a criterion is none. */
export function checkCondition(text: string | undefined, path: string[], wrong: WrongPlaces): void {
  if (text !== undefined) tell(() => compileCondition(text), path, wrong);
}

/** Every text of a spec: those of `keeps` that are called `expression` are criteria, which need no `<+` to be one. */
export function checkSpec(
  value: Json,
  path: string[],
  keeps: StepType['keeps'],
  wrong: WrongPlaces,
  isKept = false,
): void {
  if (typeof value === 'string') {
    if (isKept && path.at(-1) === 'expression') {
      if (value.trim() !== '') checkCondition(value, path, wrong);
    } else checkText(value, path, wrong);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      checkSpec(member, [...path, name], keeps, wrong, isKept || (keeps?.fields.includes(name) ?? false));
    }
  }
}

function tell(compile: () => unknown, path: string[], wrong: WrongPlaces): void {
  try {
    compile();
  } catch (thrown) {
    wrong.add(path, asTielineError(thrown).message);
  }
}
