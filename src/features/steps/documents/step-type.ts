import type { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { wrongFields } from '../../../kit/wrong-fields.ts';
import { type OrExpression, resolvedValue, writtenValue } from './spec-values.ts';

/** What a step gives to the action that does it. */
export interface StepInput {
  /** What the action's own schema checks. Secrets in it are Secrets. */
  input: Record<string, unknown>;
  /** What of the spec counts for nothing, for the step's log. */
  notices: string[];
}

/** A type of step: by what it is done, and how its spec is read. */
export interface StepType {
  /** Id of the action, e.g. `jira.create-issue`; undefined: a report of the CI, which no action makes. */
  action: string | undefined;
  /** Name under which expressions find what it gave: `execution.steps.ID.issue.key`. */
  outputName: 'issue' | 'output';
  /** Fields of the spec in which expressions of one root stay as they are written: the action resolves them by itself. */
  keeps?: { fields: readonly string[]; root: string };
  /** Checks a spec as it is written, with expressions anywhere. */
  check(spec: unknown): { path: string[]; message: string }[];
  /**
   * The action's input, of a spec whose expressions are resolved. `Secret`s may stand in values.
   * @throws request-invalid naming every wrong field of the spec
   */
  toInput(spec: unknown): StepInput;
}

/** Makes a type of step of a spec's schema, which is made twice: for what is written and for what is resolved. */
export function makeStepType<T>(parts: {
  action: string | undefined;
  outputName: StepType['outputName'];
  keeps?: StepType['keeps'];
  specOf(or: OrExpression): z.ZodType<T>;
  toInput(spec: T): StepInput;
}): StepType {
  const { action, outputName, keeps } = parts;
  const written = parts.specOf(writtenValue);
  const resolved = parts.specOf(resolvedValue);
  return {
    action,
    outputName,
    ...(keeps === undefined ? {} : { keeps }),
    check(spec) {
      const parsed = written.safeParse(spec);
      if (parsed.success) return [];
      return parsed.error.issues.map((issue) => ({
        path: [
          ...issue.path.map(String),
          ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []),
        ],
        message: issue.message,
      }));
    },
    toInput(spec) {
      const parsed = resolved.safeParse(spec);
      if (parsed.success) return parts.toInput(parsed.data);
      const fields = wrongFields(parsed.error.issues.map(({ path, message }) => ({ path, message })));
      const told = fields.map(({ path, message }) => `${path}: ${message}`).join('; ');
      throw new TielineError('request-invalid', `The spec of the step is wrong: ${told}`, { fields });
    },
  };
}
