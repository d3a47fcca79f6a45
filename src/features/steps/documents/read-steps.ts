import type { Json } from '../../../kit/action.ts';
import { checkCondition, checkSpec, checkText } from './check-expressions.ts';
import { defaultTimeoutMs, readTimeoutMs } from './duration.ts';
import { holdsExpression } from './expression-text.ts';
import { failureStrategiesOf } from './failure-strategies.ts';
import { findNearest } from './nearest.ts';
import type { FailureStrategy, PlannedStep, PlannedType, When } from './plan.ts';
import { isReportImage } from './plugin.ts';
import { type Fields, isMap, type Reading, readBy, readNames, saysSomething, textOf } from './readings.ts';
import { isPlannedType, stepTypes } from './step-types.ts';
import { always, placedWhen, stepWhen } from './when.ts';
import { showPath } from './wrong-places.ts';

/** What steps have from where they stand. */
export interface Surroundings {
  /** For expressions: `pipeline`, `stages`, S, `spec`, `execution`, `steps`. */
  path: string[];
  /** Of the groups around. */
  when: When[];
  /** Of the groups around and the stage, the innermost first. */
  failureStrategies: FailureStrategy[];
}

/** Fields of a step; what stands in `counted` is read, the rest is known and counts for nothing. */
const counted = ['type', 'name', 'identifier', 'description', 'timeout', 'spec', 'when', 'failureStrategies'];
const uncounted = ['enforce', 'delegateSelectors', 'tags'];
const refused = ['strategy'];
const stepFields = [...counted, ...uncounted, ...refused];

/** The steps of a list in their order: groups opened, parallel ones one after the other. */
export function readSteps(
  list: Json | undefined,
  at: string[],
  around: Surroundings,
  reading: Reading,
): PlannedStep[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    reading.wrong.add(at, 'must be a list of steps');
    return [];
  }
  return list.flatMap((item, index) => readItem(item, [...at, String(index)], around, reading));
}

function readItem(item: Json, at: string[], around: Surroundings, reading: Reading): PlannedStep[] {
  if (isMap(item) && isMap(item.step)) {
    const step = readStep(item.step, [...at, 'step'], around, reading);
    return step === undefined ? [] : [step];
  }
  if (isMap(item) && isMap(item.stepGroup))
    return readGroup(item.stepGroup, [...at, 'stepGroup'], around, reading);
  if (isMap(item) && Array.isArray(item.parallel)) {
    reading.notice(`The steps of ${showPath([...at, 'parallel'])} run one after the other`);
    return readSteps(item.parallel, [...at, 'parallel'], around, reading);
  }
  reading.wrong.add(at, 'must be a step, a stepGroup or parallel steps');
  return [];
}

function readGroup(group: Fields, at: string[], around: Surroundings, reading: Reading): PlannedStep[] {
  const { identifier } = readNames(group, at, reading);
  if (saysSomething(group.template)) return skip(identifier, 'template', at, reading);
  const { when, failureStrategies } = readRules(group, at, reading);
  return readSteps(
    group.steps,
    [...at, 'steps'],
    {
      path: [...around.path, identifier, 'steps'],
      when: when === undefined ? around.when : [...around.when, when],
      failureStrategies: [...failureStrategies, ...around.failureStrategies],
    },
    reading,
  );
}

/** What a step and a group of steps have alike. */
function readRules(fields: Fields, at: string[], reading: Reading) {
  if (saysSomething(fields.strategy)) {
    reading.wrong.add(
      [...at, 'strategy'],
      'matrix, repeat and parallelism are not done here: write the steps out',
    );
  }
  for (const name of uncounted) {
    if (saysSomething(fields[name])) reading.notice(`${showPath([...at, name])} counts for nothing here`);
  }
  const schema = failureStrategiesOf(reading.options.skipUnknown ?? false, (text) =>
    reading.notice(`${showPath(at)}: ${text}`),
  );
  const when = saysSomething(fields.when)
    ? readBy(stepWhen, fields.when, [...at, 'when'], reading)
    : undefined;
  checkCondition(when?.condition, [...at, 'when', 'condition'], reading.wrong);
  return {
    when: when && placedWhen(when, [...at, 'when']),
    failureStrategies: readBy(schema, fields.failureStrategies, [...at, 'failureStrategies'], reading) ?? [],
  };
}

/** Leaves a step out where that was asked for; else it is wrong. */
export function skip(identifier: string, type: string, at: string[], reading: Reading): [] {
  const known = Object.keys(stepTypes);
  const near = findNearest(type, known);
  if (reading.options.skipUnknown) reading.skipped.push({ identifier, type, at: showPath(at) });
  else {
    const hint = near === undefined ? `there are ${known.join(', ')}` : `did you mean ${near}?`;
    const message = `The step "${identifier}" is of the type ${type}, which is not run here: ${hint}`;
    // A single step that is left out leaves nothing to do.
    const way = reading.options.only === 'step' ? '' : ' (--skip-unknown leaves such steps out)';
    reading.wrong.add([...at, 'type'], `${message}${way}`);
  }
  return [];
}

function typeOf(step: Fields): { known: PlannedType } | { unknown: string } {
  const { type, spec } = step;
  if (saysSomething(step.template)) return { unknown: 'template' };
  if (!isPlannedType(type)) return { unknown: typeof type === 'string' ? type : 'none' };
  const image = isMap(spec) ? spec.image : undefined;
  return type === 'Plugin' && !isReportImage(image)
    ? { unknown: `Plugin with the image ${String(image)}` }
    : { known: type };
}

/** One step, or undefined for one that is left out. */
export function readStep(
  step: Fields,
  at: string[],
  around: Surroundings,
  reading: Reading,
): PlannedStep | undefined {
  const { wrong, options } = reading;
  const found = typeOf(step);
  if ('unknown' in found) {
    skip(String(step.identifier ?? step.name ?? ''), found.unknown, at, reading);
    return undefined;
  }
  const { identifier, name } = readNames(step, at, reading);
  for (const field of Object.keys(step).filter((one) => !stepFields.includes(one))) {
    const near = findNearest(field, counted);
    const hint = near === undefined ? `there may be ${counted.join(', ')}` : `did you mean "${near}"?`;
    wrong.add([...at, field], `A step has no field "${field}": ${hint}`);
  }
  const { when, failureStrategies } = readRules(step, at, reading);
  const spec = isMap(step.spec) ? step.spec : {};
  for (const { path, message } of stepTypes[found.known].check(spec))
    wrong.add([...at, 'spec', ...path], message);
  checkSpec(spec, [...at, 'spec'], stepTypes[found.known].keeps, wrong);
  if (saysSomething(spec.delegateSelectors)) {
    reading.notice(`${showPath([...at, 'spec', 'delegateSelectors'])} counts for nothing here`);
  }
  const named = connectorFields[found.known] ?? 'connectorRef';
  const connectorRef = options.connection ?? textOf(spec[named]).trim();
  if (connectorRef === '') wrong.add([...at, 'spec', named], `${named} can't be empty`);
  return {
    id: identifier,
    identifier,
    name,
    type: found.known,
    at: showPath(at),
    ...readTimeout(step.timeout, [...at, 'timeout'], reading),
    when: [...around.when, when ?? always],
    failureStrategies: [...failureStrategies, ...around.failureStrategies],
    connectorRef,
    spec,
    path: [...around.path, identifier],
  };
}

/** Where a step names its connection: the connectorRef of a Plugin step is where its image comes from. */
const connectorFields: Partial<Record<PlannedType, string>> = { Plugin: 'jiraConnectorRef' };

function readTimeout(
  value: Json | undefined,
  at: string[],
  { wrong }: Reading,
): Pick<PlannedStep, 'timeoutMs' | 'timeoutExpression'> {
  if (holdsExpression(value)) {
    checkText(value, at, wrong);
    return { timeoutMs: defaultTimeoutMs, timeoutExpression: value };
  }
  try {
    return { timeoutMs: readTimeoutMs(value === undefined || value === null ? '' : String(value)) };
  } catch (thrown) {
    wrong.add(at, thrown instanceof Error ? thrown.message : String(thrown));
    return { timeoutMs: defaultTimeoutMs };
  }
}
