import { isObject } from '../../route.ts';
import { type Field, type FieldContext, FieldProblem } from './element.ts';
import type { ScreenField } from './screens.ts';
import { keptIn } from './values.ts';

/** What a body sets: the fields with what is to be kept, and for each wrong one Jira's sentence. */
export interface ReadFields {
  values: Map<Field, unknown>;
  errors: Record<string, string>;
}

const offScreen = (id: string) =>
  `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`;

function readWhole(field: Field, value: unknown, where: FieldContext): unknown {
  const { element, isArray } = field;
  const context = { ...where, field };
  if (!isArray) return element.read(value, context);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new FieldProblem('data was not an array');
  return [...new Set(value.map((one) => element.read(one, context)))];
}

/** One `{ "add": … }` of `update`, done to what is there. */
function operate(field: Field, before: unknown, operation: unknown, context: FieldContext): unknown {
  const [[verb, value] = ['', undefined], ...more] = isObject(operation) ? Object.entries(operation) : [];
  if (more.length > 0 || !field.operations.includes(verb)) {
    throw new FieldProblem(`Field '${field.id}' does not support operation '${verb}'.`);
  }
  if (verb === 'set' || verb === 'edit') return readWhole(field, value, context);
  const list = Array.isArray(before) ? before : [];
  const one = field.element.read(value, context);
  return verb === 'add' ? [...new Set([...list, one])] : list.filter((other) => other !== one);
}

/** Fields that are set by adding something to the issue rather than by a value; a caller adds it itself. */
const addedFields: ReadonlySet<string> = new Set(['comment', 'worklog', 'issuelinks']);

/**
 * Reads `fields` and `update` of a body by a screen. Project, issue type, comments, worklogs and links are the
 * caller's. `isNew` asks for what must be filled; otherwise only what is set may not be emptied.
 */
export function readFields(
  body: { fields: Record<string, unknown>; update: Record<string, unknown> },
  screen: ScreenField[],
  context: FieldContext,
  isNew: boolean,
): ReadFields {
  const read: ReadFields = { values: new Map(), errors: {} };
  const onScreen = new Map(screen.map((one) => [one.field.id, one.field]));
  const attempt = (field: Field, get: () => unknown) => {
    try {
      read.values.set(field, get());
    } catch (error) {
      if (!(error instanceof FieldProblem)) throw error;
      read.errors[field.id] = error.message;
    }
  };
  for (const [id, value] of Object.entries(body.fields)) {
    const field = onScreen.get(id);
    if (field === undefined) read.errors[id] = offScreen(id);
    else attempt(field, () => readWhole(field, value, context));
  }
  for (const [id, operations] of Object.entries(body.update)) {
    if (addedFields.has(id)) continue;
    const field = onScreen.get(id);
    if (body.fields[id] !== undefined) {
      read.errors[id] = `Field '${id}' cannot appear in both 'fields' and 'update'`;
    } else if (field === undefined) read.errors[id] = offScreen(id);
    else if (!Array.isArray(operations)) read.errors[id] = 'data was not an array';
    else {
      const before = context.issue === undefined ? (field.isArray ? [] : null) : keptIn(context.issue, field);
      attempt(field, () => operations.reduce((kept, one) => operate(field, kept, one, context), before));
    }
  }
  for (const { field, required, hasDefault } of screen) {
    const value = read.values.get(field);
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    const isLeftOut = !read.values.has(field);
    if (!required || !isEmpty || read.errors[field.id] !== undefined) continue;
    if (isLeftOut && (!isNew || hasDefault)) continue;
    if (field.id === 'summary') read.errors.summary = 'You must specify a summary of the issue.';
    else if (field.id === 'parent') {
      read.errors.issuetype = 'Issue type is a sub-task but parent issue key or id not specified.';
    } else read.errors[field.id] = `${field.name} is required.`;
  }
  return read;
}
