import type { Json } from '../../../kit/action.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import {
  compileCondition,
  compileTemplate,
  type ExpressionMap,
  type ExpressionScope,
  type ResolvedValue,
  resolveAllBut,
  resolveTemplate,
} from '../../../kit/expression/index.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { When } from '../documents/plan.ts';
import type { SpecValue } from '../documents/spec-values.ts';
import type { StepType } from '../documents/step-type.ts';
import { inField, type NameField } from './name-field.ts';
import type { Roots } from './roots.ts';
import type { RunnableStep } from './run.ts';

/** Variables made of variables made of variables: so deep at most, where each is written before what it is made of. */
const mostPasses = 10;

/** Gives the value of a secret that an expression names. */
export type OpenSecret = (reference: string) => Promise<Secret>;

/** What expressions of one step lead to. Every secret that was met is kept, so that it can be masked. */
export interface Resolver {
  /** Secrets that were opened so far. */
  secrets: Secret[];
  /**
   * A text of the step; the value of a sole expression keeps its kind. `path`: where it stands within the step.
   * @throws expression-unresolved and the like, naming the place
   */
  value(text: string, path: readonly string[]): Promise<ResolvedValue>;
  /**
   * Fills maps with variables, which may be made of each other. One that cannot be resolved is not there, and told of in
   * `spec`.
   */
  variables(groups: { into: ExpressionMap; written: Record<string, string> }[]): Promise<void>;
  /** Whether a condition is met. @throws expression-unresolved and the like, naming the place */
  matches(when: Pick<When, 'condition' | 'at'>): boolean;
  /** A step's spec; what its type keeps stays as it is written. */
  spec(step: RunnableStep, type: Pick<StepType, 'keeps'>): Promise<{ [name: string]: SpecValue }>;
}

/** Resolves expressions over roots. `at` is the moment that they take for now: the same in each try of a step. */
export function createResolver(parts: {
  roots: Roots;
  openSecret: OpenSecret;
  at: Date;
  nameField: NameField;
}): Resolver {
  const { roots, openSecret, at, nameField } = parts;
  const secrets: Secret[] = [];
  let unresolved: { name: string; error: TielineError }[] = [];
  const scope: ExpressionScope = {
    find: (root) => (Object.hasOwn(roots, root) ? roots[root] : undefined),
    names: () => Object.keys(roots),
    now: () => at,
  };

  const value = async (text: string): Promise<ResolvedValue> => {
    const template = compileTemplate(text);
    if (template.isPlain) return text;
    const resolved = await resolveTemplate(template, { ...scope, openSecret });
    secrets.push(...resolved.secrets);
    return resolved.value;
  };
  const named = async <T>(path: readonly string[], work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (thrown) {
      throw inField(thrown, nameField(path));
    }
  };
  const walk = async (
    written: Json,
    path: readonly string[],
    keep: string | undefined,
  ): Promise<SpecValue> => {
    if (typeof written === 'string') {
      const isCriterion = keep !== undefined && path.at(-1) === 'expression';
      return named(path, () => (isCriterion ? resolveAllBut(written, [keep], scope) : value(written)));
    }
    if (typeof written !== 'object' || written === null) return written;
    const members = await inOrder(
      Object.entries(written),
      async ([name, member]) => [name, await walk(member, [...path, name], keep)] as const,
    );
    return Array.isArray(written) ? members.map(([, member]) => member) : Object.fromEntries(members);
  };

  return {
    secrets,
    value: (text, path) => named(path, () => value(text)),
    async variables(groups) {
      let waiting = groups.flatMap(({ into, written }) =>
        Object.entries(written).map(([name, text]) => ({ into, name, text })),
      );
      for (let pass = 0; pass < mostPasses && waiting.length > 0; pass += 1) {
        const before = waiting;
        waiting = [];
        unresolved = [];
        for (const variable of before) {
          try {
            variable.into[variable.name] = await value(variable.text);
          } catch (thrown) {
            waiting.push(variable);
            unresolved.push({ name: variable.name, error: asTielineError(thrown) });
          }
        }
        if (waiting.length === before.length) return;
      }
    },
    matches({ condition, at: place = 'when.condition' }) {
      try {
        return condition === undefined || compileCondition(condition).matches(scope);
      } catch (thrown) {
        throw inField(thrown, nameField(place));
      }
    },
    async spec(step, { keeps }) {
      const resolved: { [name: string]: SpecValue } = {};
      for (const [name, written] of Object.entries(step.spec)) {
        const root = keeps?.fields.includes(name) ? keeps.root : undefined;
        resolved[name] = await walk(written, ['spec', name], root).catch((thrown) => {
          throw withVariables(asTielineError(thrown), unresolved);
        });
      }
      return resolved;
    },
  };
}

/** A step that fails for want of a variable is told why that is not there. */
function withVariables(
  error: TielineError,
  unresolved: { name: string; error: TielineError }[],
): TielineError {
  if (error.code !== 'expression-unresolved' || unresolved.length === 0) return error;
  const told = unresolved.map((one) => `the variable ${one.name}: ${one.error.message}`).join('; ');
  const { code, hint, details } = error;
  // A vault that does not answer may do so later.
  const retry =
    unresolved.map((one) => one.error.retry).find((verdict) => verdict !== 'never') ?? error.retry;
  return new TielineError(code, `${error.message}. Not resolved either: ${told}`, {
    hint,
    retry,
    details,
    cause: error,
  });
}

/** One after the other: each may open a secret. */
async function inOrder<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
