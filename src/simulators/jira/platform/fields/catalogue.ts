import type { Edition } from '../../edition.ts';
import type { Seed } from '../../seed.ts';
import type { CustomFieldKind } from '../../seed-metadata.ts';
import {
  cascading,
  component,
  group,
  type Option,
  option,
  priority,
  project,
  resolution,
  securityLevel,
  version,
} from './choice-elements.ts';
import { type Element, type Field, FieldProblem } from './element.ts';
import {
  date,
  dateTime,
  label,
  line,
  number,
  paragraphs,
  summary,
  timeTracking,
  url,
} from './plain-elements.ts';
import { epicLink, parent, sprint, user } from './reference-elements.ts';

/** What is on a screen, but is set by other requests. */
const elsewhere = (type: string): Element => ({
  type,
  read() {
    throw new FieldProblem('Field does not support update.');
  },
  show: (kept) => kept,
  name: String,
});

type System = Partial<Pick<Field, 'isArray' | 'permission' | 'operations'>> & { items?: string };

function system(id: string, name: string, element: Element, more: System = {}): Field {
  const { items = element.type, isArray = false } = more;
  return {
    id,
    name,
    element,
    isArray,
    schema: isArray ? { type: 'array', items, system: id } : { type: element.type, system: id },
    isCustom: false,
    permission: more.permission,
    operations: more.operations ?? (isArray ? ['add', 'set', 'remove'] : ['set']),
  };
}

/** Jira's own fields that can be set, in the order of its screens. Project and issue type are read before all others. */
const systemFields: Field[] = [
  system('summary', 'Summary', summary),
  system('description', 'Description', paragraphs),
  system('environment', 'Environment', paragraphs),
  system('labels', 'Labels', label, { isArray: true }),
  system('priority', 'Priority', priority),
  system('components', 'Components', component, { isArray: true }),
  system('fixVersions', 'Fix versions', version, { isArray: true }),
  system('versions', 'Affects versions', version, { isArray: true }),
  system('assignee', 'Assignee', user(true), { permission: 'ASSIGN_ISSUES' }),
  system('reporter', 'Reporter', user(), { permission: 'MODIFY_REPORTER' }),
  system('duedate', 'Due date', date, { permission: 'SCHEDULE_ISSUES' }),
  system('timetracking', 'Time tracking', timeTracking, { operations: ['set', 'edit'] }),
  system('security', 'Security Level', securityLevel, { permission: 'SET_ISSUE_SECURITY' }),
  system('parent', 'Parent', parent),
  system('resolution', 'Resolution', resolution),
  system('issuelinks', 'Linked Issues', elsewhere('issuelinks'), {
    isArray: true,
    permission: 'LINK_ISSUES',
    operations: ['add'],
  }),
  system('attachment', 'Attachment', elsewhere('attachment'), {
    isArray: true,
    permission: 'CREATE_ATTACHMENTS',
    operations: ['set'],
  }),
  system('comment', 'Comment', elsewhere('comments-page'), {
    permission: 'ADD_COMMENTS',
    operations: ['add', 'edit', 'remove'],
  }),
  system('worklog', 'Log Work', elsewhere('worklog'), {
    isArray: true,
    permission: 'WORK_ON_ISSUES',
    operations: ['add', 'edit', 'remove'],
  }),
];

/** A kind of custom field: what it holds, and the name of the code that Jira has for it. */
interface CustomKind {
  element(options: Option[]): Element;
  code: string;
  isArray?: boolean;
  /** Where the schema tells otherwise than the element. */
  schema?(edition: Edition): { type: string; items?: string };
}

const jiras = (code: string) => `com.atlassian.jira.plugin.system.customfieldtypes:${code}`;
const agile = (code: string) => `com.pyxis.greenhopper.jira:${code}`;

const customKinds: Record<CustomFieldKind, CustomKind> = {
  text: { element: () => line(), code: jiras('textfield') },
  paragraph: { element: () => paragraphs, code: jiras('textarea') },
  number: { element: () => number, code: jiras('float') },
  date: { element: () => date, code: jiras('datepicker') },
  datetime: { element: () => dateTime, code: jiras('datetime') },
  url: { element: () => url, code: jiras('url') },
  labels: { element: () => label, code: jiras('labels'), isArray: true },
  select: { element: option, code: jiras('select') },
  radio: { element: option, code: jiras('radiobuttons') },
  'multi-select': { element: option, code: jiras('multiselect'), isArray: true },
  checkboxes: { element: option, code: jiras('multicheckboxes'), isArray: true },
  cascading: { element: cascading, code: jiras('cascadingselect') },
  user: { element: () => user(), code: jiras('userpicker') },
  users: { element: () => user(), code: jiras('multiuserpicker'), isArray: true },
  group: { element: () => group, code: jiras('grouppicker') },
  groups: { element: () => group, code: jiras('multigrouppicker'), isArray: true },
  project: { element: () => project, code: jiras('project') },
  version: { element: () => version, code: jiras('version') },
  versions: { element: () => version, code: jiras('multiversion'), isArray: true },
  sprint: {
    element: () => sprint,
    code: agile('gh-sprint'),
    // One is set, many are shown; Data Center shows them as texts.
    schema: ({ name }) => ({ type: 'array', items: name === 'cloud' ? 'json' : 'string' }),
  },
  'epic-link': { element: () => epicLink, code: agile('gh-epic-link') },
  'epic-name': { element: () => line(), code: agile('gh-epic-label') },
};

/** Every field that can be set at a site: Jira's own, then those that the seed makes. */
export function createFields(seed: Seed, edition: Edition): Field[] {
  let nextOption = 10_000;
  const toOption = (given: Seed['customFields'][number]['options'][number]): Option => {
    const { value, children } = typeof given === 'string' ? { value: given, children: [] } : given;
    return { id: String(nextOption++), value, children: children.map(toOption) };
  };
  const custom = seed.customFields.map((given): Field => {
    const kind = customKinds[given.kind];
    const element = kind.element(given.options.map(toOption));
    const isArray = kind.isArray === true;
    const type =
      kind.schema?.(edition) ?? (isArray ? { type: 'array', items: element.type } : { type: element.type });
    const customId = Number(given.id.slice('customfield_'.length));
    return {
      id: given.id,
      name: given.name,
      element,
      isArray,
      schema: { ...type, custom: kind.code, customId },
      isCustom: true,
      projects: given.projects,
      issueTypes: given.issueTypes,
      operations: isArray ? ['add', 'set', 'remove'] : ['set'],
    };
  });
  return [...systemFields, ...custom];
}

/** Jira's fields that nobody sets, as the list of fields shows them. */
export const readOnlyFields: [id: string, name: string, type: string, items?: string][] = [
  ['issuekey', 'Key', ''],
  ['project', 'Project', 'project'],
  ['issuetype', 'Issue Type', 'issuetype'],
  ['status', 'Status', 'status'],
  ['creator', 'Creator', 'user'],
  ['created', 'Created', 'datetime'],
  ['updated', 'Updated', 'datetime'],
  ['resolutiondate', 'Resolved', 'datetime'],
  ['watches', 'Watchers', 'watches'],
  ['subtasks', 'Sub-tasks', 'array', 'issuelinks'],
];
