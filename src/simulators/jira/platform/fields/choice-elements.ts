import { isObject } from '../../route.ts';
import type { Choice } from '../metadata.ts';
import { type Element, type FieldContext, FieldProblem, notAnObject } from './element.ts';

/** An option of a field, with those below it. */
export interface Option {
  id: string;
  value: string;
  children: Option[];
}

const restUrl = ({ world, api }: FieldContext, path: string) => `${world.restBase()}/rest/api/${api}/${path}`;

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;

/**
 * Something that has an id and a name and is given as `{ "id": … }` or `{ "name": … }`; what is kept is the id.
 * @param word what Jira calls one in its complaints, e.g. `Component`
 */
function choice<C extends Choice>(
  type: string,
  word: string,
  list: (context: FieldContext) => C[],
  show: (one: C, context: FieldContext) => object,
  isAllowed: (one: C) => boolean = () => true,
): Element {
  const find = (kept: unknown, context: FieldContext) => list(context).find(({ id }) => id === kept);
  return {
    type,
    read(value, context) {
      if (value === null) return null;
      if (!isObject(value)) throw notAnObject(context);
      const [id, name] = [text(value.id), text(value.name)];
      if (id === undefined && name === undefined) {
        throw new FieldProblem(`Could not find valid 'id' or 'name' in the ${word} object.`);
      }
      const found = list(context).find((one) => (id === undefined ? one.name === name : one.id === id));
      if (found !== undefined && isAllowed(found)) return found.id;
      throw new FieldProblem(
        id === undefined ? `${word} name '${name}' is not valid` : `${word} id '${id}' is not valid`,
      );
    },
    show(kept, context) {
      const found = find(kept, context);
      return found === undefined ? null : show(found, context);
    },
    name: (kept, context) => find(kept, context)?.name ?? String(kept),
    words: (kept) => [String(kept)],
    allowedValues: (context) =>
      list(context)
        .filter(isAllowed)
        .map((one) => show(one, context)),
  };
}

export const priority = choice(
  'priority',
  'Priority',
  ({ world }) => world.metadata.priorities,
  ({ id, name }, context) => ({
    self: restUrl(context, `priority/${id}`),
    iconUrl: `${context.world.siteUrl()}/images/icons/priorities/${name.toLowerCase()}.svg`,
    name,
    id,
  }),
);

export const resolution = choice(
  'resolution',
  'Resolution',
  ({ world }) => world.metadata.resolutions,
  ({ id, name }, context) => ({ self: restUrl(context, `resolution/${id}`), id, name, description: '' }),
);

export const component = choice(
  'component',
  'Component',
  ({ project }) => project.components,
  ({ id, name }, context) => ({ self: restUrl(context, `component/${id}`), id, name }),
);

export const version = choice(
  'version',
  'Version',
  ({ project }) => project.versions,
  ({ id, name, released, archived }, context) => ({
    self: restUrl(context, `version/${id}`),
    id,
    name,
    archived,
    released,
    projectId: Number(context.project.id),
  }),
  ({ archived }) => !archived,
);

export const securityLevel = choice(
  'securitylevel',
  'Security level',
  ({ project }) => project.securityLevels,
  ({ id, name }, context) => ({ self: restUrl(context, `securitylevel/${id}`), id, name, description: '' }),
);

export const project = choice(
  'project',
  'Project',
  ({ world }) => world.platform.projects,
  ({ id, key, name }, context) => ({ self: restUrl(context, `project/${id}`), id, key, name }),
);

/** A group of people, by its name. */
export const group: Element = {
  type: 'group',
  read(value, { world }) {
    if (value === null) return null;
    const name = isObject(value) ? value.name : undefined;
    if (typeof name !== 'string') throw new FieldProblem('data was not an object');
    if (!world.metadata.groups.includes(name)) {
      throw new FieldProblem(`Could not find group name '${name}'`);
    }
    return name;
  },
  show: (kept, context) => ({
    name: kept,
    self: restUrl(context, `group?groupname=${encodeURIComponent(String(kept))}`),
  }),
  name: String,
};

const showOption = (context: FieldContext, option: Option): object => ({
  self: restUrl(context, `customFieldOption/${option.id}`),
  value: option.value,
  id: option.id,
});

/** The option that an object names by id or value. */
function readOption(
  value: unknown,
  options: Option[],
  which: 'Parent' | 'Child',
  context: FieldContext,
): Option {
  if (!isObject(value)) throw notAnObject(context);
  const [id, name] = [text(value.id), text(value.value)];
  if (id === undefined && name === undefined) {
    throw new FieldProblem(`Could not find valid 'id' or 'value' in the ${which} Option object.`);
  }
  const found = options.find((one) => (id === undefined ? one.value === name : one.id === id));
  if (found !== undefined) return found;
  throw new FieldProblem(
    id === undefined ? `Option value '${name}' is not valid` : `Option id '${id}' is not valid`,
  );
}

/** One of the options of a custom field. */
export function option(options: Option[]): Element {
  const find = (kept: unknown) => options.find(({ id }) => id === kept);
  return {
    type: 'option',
    read: (value, context) => (value === null ? null : readOption(value, options, 'Parent', context).id),
    show(kept, context) {
      const found = find(kept);
      return found === undefined ? null : showOption(context, found);
    },
    name: (kept) => find(kept)?.value ?? String(kept),
    words: (kept) => [String(kept)],
    allowedValues: (context) => options.map((one) => showOption(context, one)),
  };
}

/** An option and, below it, another. Kept as both ids, the second empty when there is none. */
export function cascading(options: Option[]): Element {
  const find = (kept: unknown) => {
    const [parentId, childId] = String(kept).split('/');
    const parent = options.find(({ id }) => id === parentId);
    return { parent, child: parent?.children.find(({ id }) => id === childId) };
  };
  return {
    type: 'option-with-child',
    read(value, context) {
      if (value === null) return null;
      const parent = readOption(value, options, 'Parent', context);
      const child = isObject(value) ? value.child : undefined;
      if (child === undefined || child === null) return `${parent.id}/`;
      return `${parent.id}/${readOption(child, parent.children, 'Child', context).id}`;
    },
    show(kept, context) {
      const { parent, child } = find(kept);
      if (parent === undefined) return null;
      return { ...showOption(context, parent), ...(child && { child: showOption(context, child) }) };
    },
    name(kept) {
      const { parent, child } = find(kept);
      return [parent?.value, child?.value].filter((one) => one !== undefined).join(' - ');
    },
    words(kept) {
      const { parent, child } = find(kept);
      return [parent?.value, parent?.id, child?.value, child?.id].filter((one) => one !== undefined);
    },
    allowedValues: (context) =>
      options.map((one) => ({
        ...showOption(context, one),
        children: one.children.map((child) => showOption(context, child)),
      })),
  };
}
