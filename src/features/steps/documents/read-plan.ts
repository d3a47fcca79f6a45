import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { holdsExpression } from './expression-text.ts';
import type { Plan, PlannedStage, PlanOptions } from './plan.ts';
import { nameSteps, readStage, readStages, refuseTwins } from './read-stages.ts';
import { readStep, readSteps } from './read-steps.ts';
import { type Fields, isMap, type Reading, readNames, readVariables, saysSomething } from './readings.ts';
import { fillInputs } from './runtime-inputs.ts';
import { stepTypes } from './step-types.ts';
import { always } from './when.ts';
import { createWrongPlaces, showPath } from './wrong-places.ts';
import { type ReadYaml, readYaml } from './yaml-text.ts';

/** The identifier of the pipeline and the stage that are made for what stands alone. */
const made = 'tieline';

type Pipeline = Plan['pipeline'];
type ReadDocument = Pick<Plan, 'kind' | 'stages'> & { pipeline: Pipeline };

/**
 * Reads Harness's YAML of a pipeline, a stage, steps or a single step, as it stands, into what a run does.
 * Nothing is resolved: expressions stay as they are written.
 * @throws document-invalid naming every wrong place with its line and column
 */
export function readPlan(text: string, options: PlanOptions = {}): Plan {
  const yaml = readYaml(text);
  const wrong = createWrongPlaces(yaml);
  const notices = new Set<string>();
  const reading: Reading = { options, wrong, skipped: [], notice: (one) => void notices.add(one) };
  const data = fillInputs(yaml.data, options.inputs ?? {}, wrong);
  const { kind, pipeline, stages } = readDocument(data, reading);
  if (options.only === 'step' && kind !== 'step') {
    throw new TielineError('document-invalid', `The document holds a ${kind} and not a single step`, {
      hint: 'Run it with tieline run.',
    });
  }
  refuseTwins(stages, ({ identifier }) => wrong.add([], `Two stages have the identifier "${identifier}"`));
  wrong.check();
  if (stages.every(({ steps }) => steps.length === 0)) {
    const types = Object.keys(stepTypes).join(', ');
    throw new TielineError('document-invalid', `The document holds no step of the types ${types}`, {
      hint: 'Steps of other types are not run here.',
    });
  }
  return {
    kind,
    pipeline,
    stages: nameSteps(stages),
    skipped: reading.skipped,
    notices: [...notices],
    lines: linesOf(yaml),
  };
}

/** Plans are stored: of a document that is nothing but expressions, lines of the first ones are enough. */
const mostLines = 2_000;

function linesOf({ listTexts }: ReadYaml): Record<string, number> {
  const lines = new Map<string, number>();
  for (const { path, text, line } of listTexts()) {
    if (holdsExpression(text)) lines.set(showPath(path), line);
    if (lines.size === mostLines) break;
  }
  return Object.fromEntries(lines);
}

/** What a document may begin with. */
function readDocument(data: Json, reading: Reading): ReadDocument {
  if (Array.isArray(data)) return readList(data, reading);
  if (isMap(data)) {
    if (isMap(data.pipeline)) return readPipeline(data.pipeline, reading);
    if (isMap(data.stage)) return alone('stage', readStage(data.stage, ['stage'], reading), reading);
    if (isMap(data.step)) return aloneStep(data.step, ['step'], reading);
    if (isMap(data.spec) && isMap(data.spec.execution))
      return alone('stage', readStage(data, [], reading), reading);
    if ('type' in data || 'spec' in data) return aloneStep(data, [], reading);
  }
  throw new TielineError('document-invalid', 'The document holds no pipeline, no stage and no step', {
    hint: 'It begins with pipeline:, stage: or step:, as Harness writes them.',
  });
}

/** A list as the pages of Harness show it: of steps, or of stages. */
function readList(list: Json[], reading: Reading): ReadDocument {
  const [first] = list;
  if (list.some(holdsStages)) {
    return alone('pipeline', readStages(list, [], reading), reading);
  }
  if (list.length === 1 && isMap(first) && isMap(first.step))
    return aloneStep(first.step, ['0', 'step'], reading);
  const path = stepsOf(made);
  const steps = readSteps(list, [], { path, when: [], failureStrategies: [] }, reading);
  refuseTwins(steps, ({ identifier }) =>
    reading.wrong.add([], `Two steps have the identifier "${identifier}"`),
  );
  return alone('stage', [{ ...madeStage(), steps }], reading);
}

const holdsStages = (item: Json): boolean =>
  isMap(item) && ('stage' in item || (Array.isArray(item.parallel) && item.parallel.some(holdsStages)));

const stepsOf = (stage: string) => ['pipeline', 'stages', stage, 'spec', 'execution', 'steps'];

const madeStage = (): PlannedStage => ({
  identifier: made,
  name: made,
  type: 'Custom',
  variables: {},
  when: always,
  failureStrategies: [],
  steps: [],
});

function alone(kind: Plan['kind'], stages: PlannedStage[], { options }: Reading): ReadDocument {
  const [first] = stages;
  const { identifier, name } =
    first?.identifier === made || first === undefined ? { identifier: made, name: made } : first;
  return { kind, pipeline: { identifier, name, tags: {}, variables: options.variables ?? {} }, stages };
}

function aloneStep(step: Fields, at: string[], reading: Reading): ReadDocument {
  const around = { path: stepsOf(made), when: [], failureStrategies: [] };
  const read = readStep(step, at, around, reading);
  const { pipeline } = alone('step', [], reading);
  const named = read === undefined ? pipeline : { ...pipeline, identifier: read.identifier, name: read.name };
  return {
    kind: 'step',
    pipeline: named,
    stages: [{ ...madeStage(), steps: read === undefined ? [] : [read] }],
  };
}

const counted = new Set([
  'identifier',
  'name',
  'description',
  'tags',
  'projectIdentifier',
  'orgIdentifier',
  'variables',
  'stages',
]);

function readPipeline(fields: Fields, reading: Reading): ReadDocument {
  const at = ['pipeline'];
  const names = readNames(fields, at, reading);
  for (const field of Object.keys(fields).filter((one) => !counted.has(one) && saysSomething(fields[one]))) {
    reading.notice(`${showPath([...at, field])} counts for nothing here`);
  }
  const scope = [fields.orgIdentifier, fields.projectIdentifier].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  const pipeline: Pipeline = {
    ...names,
    ...(typeof fields.description === 'string' ? { description: fields.description } : {}),
    tags: tagsOf(fields.tags),
    variables: readVariables(fields.variables, [...at, 'variables'], reading, reading.options.variables),
    ...(scope.length === 0 || typeof fields.orgIdentifier !== 'string' ? {} : { scope: scope.join('/') }),
  };
  return { kind: 'pipeline', pipeline, stages: readStages(fields.stages, [...at, 'stages'], reading) };
}

const tagsOf = (tags: Json | undefined): Record<string, string> =>
  isMap(tags)
    ? Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [key, value === null ? '' : String(value)]),
      )
    : {};
