import type { Json } from '../../../kit/action.ts';
import { checkCondition } from './check-expressions.ts';
import { failureStrategiesOf } from './failure-strategies.ts';
import type { PlannedStage, PlannedStep } from './plan.ts';
import { readSteps, skip } from './read-steps.ts';
import {
  type Fields,
  isMap,
  type Reading,
  readBy,
  readNames,
  readVariables,
  saysSomething,
} from './readings.ts';
import { always, placedWhen, stageWhen } from './when.ts';
import { showPath } from './wrong-places.ts';

const counted = new Set([
  'identifier',
  'name',
  'type',
  'description',
  'tags',
  'spec',
  'variables',
  'when',
  'failureStrategies',
  'strategy',
]);

/** Stages of a list in their order, parallel ones one after the other. */
export function readStages(list: Json | undefined, at: string[], reading: Reading): PlannedStage[] {
  if (!Array.isArray(list)) {
    reading.wrong.add(at, 'must be a list of stages');
    return [];
  }
  return list.flatMap((item, index) => {
    const here = [...at, String(index)];
    if (isMap(item) && isMap(item.stage)) return readStage(item.stage, [...here, 'stage'], reading);
    if (isMap(item) && Array.isArray(item.parallel)) {
      reading.notice(`The stages of ${showPath([...here, 'parallel'])} run one after the other`);
      return readStages(item.parallel, [...here, 'parallel'], reading);
    }
    reading.wrong.add(here, 'must be a stage or parallel stages');
    return [];
  });
}

/** One stage; an empty list when it is left out. */
export function readStage(stage: Fields, at: string[], reading: Reading): PlannedStage[] {
  const { wrong, notice } = reading;
  const { identifier, name } = readNames(stage, at, reading);
  const type = typeof stage.type === 'string' ? stage.type : '';
  if (saysSomething(stage.template)) return skip(identifier, 'template', at, reading);
  const spec = isMap(stage.spec) ? stage.spec : {};
  if (!isMap(spec.execution)) {
    if (reading.options.skipUnknown) return skip(identifier, type, at, reading);
    wrong.add([...at, 'spec', 'execution'], `The stage "${identifier}" has no execution with steps`);
    return [];
  }
  if (saysSomething(stage.strategy)) {
    wrong.add([...at, 'strategy'], 'matrix, repeat and parallelism are not done here: write the stages out');
  }
  tellUncounted(stage, spec, spec.execution, at, notice);
  const schema = failureStrategiesOf(reading.options.skipUnknown ?? false, (text) =>
    notice(`${showPath(at)}: ${text}`),
  );
  const failureStrategies =
    readBy(schema, stage.failureStrategies, [...at, 'failureStrategies'], reading) ?? [];
  const whenAt = [...at, 'when'];
  const written = saysSomething(stage.when) ? readBy(stageWhen, stage.when, whenAt, reading) : undefined;
  const when = placedWhen(written ?? always, whenAt);
  checkCondition(when.condition, [...at, 'when', 'condition'], wrong);
  const path = ['pipeline', 'stages', identifier, 'spec', 'execution', 'steps'];
  const steps = readSteps(
    spec.execution.steps,
    [...at, 'spec', 'execution', 'steps'],
    { path, when: [], failureStrategies },
    reading,
  );
  refuseTwins(steps, (step) =>
    wrong.add(at, `Two steps of the stage have the identifier "${step.identifier}"`),
  );
  const variables = readVariables(stage.variables, [...at, 'variables'], reading);
  return [{ identifier, name, type, variables, when, failureStrategies, steps }];
}

function tellUncounted(
  stage: Fields,
  spec: Fields,
  execution: Fields,
  at: string[],
  notice: (text: string) => void,
): void {
  const idle = [
    ...Object.keys(stage)
      .filter((field) => !counted.has(field) && saysSomething(stage[field]))
      .map((field) => [...at, field]),
    ...Object.keys(spec)
      .filter((field) => field !== 'execution' && saysSomething(spec[field]))
      .map((field) => [...at, 'spec', field]),
    ...(saysSomething(execution.rollbackSteps) ? [[...at, 'spec', 'execution', 'rollbackSteps']] : []),
  ];
  for (const path of idle) notice(`${showPath(path)} counts for nothing here`);
}

/** Tells of each that has the identifier of one before it. */
export function refuseTwins<T extends { identifier: string }>(
  all: readonly T[],
  tell: (twin: T) => void,
): void {
  const seen = new Set<string>();
  for (const one of all) {
    if (one.identifier !== '' && seen.has(one.identifier)) tell(one);
    seen.add(one.identifier);
  }
}

/** Steps by names of their own in the whole plan: the identifier alone where no other stage has one of the same. */
export function nameSteps(stages: readonly PlannedStage[]): PlannedStage[] {
  const identifiers = stages.flatMap(({ steps }) => steps.map(({ identifier }) => identifier));
  const isTaken = (identifier: string) => identifiers.filter((one) => one === identifier).length > 1;
  const idOf = (stage: PlannedStage, { identifier }: PlannedStep) =>
    isTaken(identifier) ? `${stage.identifier}.${identifier}` : identifier;
  return stages.map((stage) => ({
    ...stage,
    steps: stage.steps.map((step) => ({ ...step, id: idOf(stage, step) })),
  }));
}
