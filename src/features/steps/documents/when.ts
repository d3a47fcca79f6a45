import { z } from 'zod';
import type { When } from './plan.ts';
import { knownFields } from './spec-values.ts';
import { showPath } from './wrong-places.ts';

const statuses = z.enum(['Success', 'Failure', 'All'], { error: 'must be Success, Failure or All' });
const condition = z
  .union([z.string(), z.boolean()], { error: 'must be an expression' })
  .nullish()
  .transform((text) => (text === null || text === undefined || text === '' ? undefined : String(text)));

/** What is so where nothing is written. */
export const always: When = { status: 'Success' };

const toWhen = (status: When['status'] | undefined, text: string | undefined): When => ({
  status: status ?? 'Success',
  ...(text === undefined ? {} : { condition: text }),
});

/** `when` of a step or a group of steps, which looks at the stage. */
export const stepWhen: z.ZodType<When> = knownFields({
  stageStatus: statuses.optional(),
  condition,
}).transform(({ stageStatus, condition }) => toWhen(stageStatus, condition));

/** `when` of a stage, which looks at the pipeline. */
export const stageWhen: z.ZodType<When> = knownFields({
  pipelineStatus: statuses.optional(),
  condition,
}).transform(({ pipelineStatus, condition }) => toWhen(pipelineStatus, condition));

/** With the place of its condition, by that of the field `when`. */
export const placedWhen = (when: When, at: readonly string[]): When =>
  when.condition === undefined ? when : { ...when, at: showPath([...at, 'condition']) };
