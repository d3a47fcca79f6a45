import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { showAttachment } from './attachments.ts';
import { showComments } from './comments.ts';
import { readOnlyFields } from './fields/catalogue.ts';
import type { FieldContext } from './fields/element.ts';
import { jiraTime } from './fields/plain-elements.ts';
import { keptIn, showValue } from './fields/values.ts';
import { showChangelog } from './histories.ts';
import { showLinksOf } from './issue-links.ts';
import { isFor } from './metadata.ts';
import { showStatus } from './metadata-view.ts';
import type { Issue } from './platform.ts';
import { showIssueType, showProject } from './project-routes.ts';
import { showWorklogs } from './worklogs.ts';

/** What of an issue is wanted, and by whom. */
export interface Wanted {
  fields: string[];
  properties: string[];
  expand?: string[];
  account?: SeedAccount;
}

/** Fields that only `*all` and their own name bring. */
const heavy = new Set(['comment', 'worklog', 'attachment', 'issuelinks', 'subtasks', 'timetracking']);

/** Reads a field when it is wanted: a search shows thousands of issues with few of their fields. */
type Readers = Record<string, () => unknown>;

function activityReaders(world: World, api: string, issue: Issue, account: SeedAccount | undefined): Readers {
  const page = (length: number) => ({ maxResults: length, total: length, startAt: 0 });
  const base = `${world.restBase()}/rest/api/${api}`;
  const { activity } = issue;
  return {
    attachment: () => activity.attachments.map((one) => showAttachment(world, api, one)),
    issuelinks: () => showLinksOf(world, api, issue),
    subtasks: () =>
      world.platform
        .listIssues()
        .filter((one) => one.values.get('parent') === issue.id && one.issueType.level < 0)
        .map((one) => ({
          id: one.id,
          key: one.key,
          self: `${base}/issue/${one.id}`,
          fields: { summary: one.summary, status: showStatus(world, api, one.status) },
        })),
    comment() {
      const comments = showComments(world, api, issue, account);
      return { comments, self: `${base}/issue/${issue.id}/comment`, ...page(comments.length) };
    },
    worklog() {
      const worklogs = showWorklogs(world, api, issue);
      return { ...page(worklogs.length), worklogs };
    },
    watches: () => ({
      self: `${base}/issue/${issue.key}/watchers`,
      watchCount: activity.watchers.size,
      isWatching: account !== undefined && activity.watchers.has(account.accountId),
    }),
  };
}

function readersOf(world: World, api: string, issue: Issue, account: SeedAccount | undefined): Readers {
  const { project, issueType } = issue;
  const context: FieldContext = { world, api, project, issueType, issue, account };
  const settable = world.fields
    .filter((field) => isFor(field, project.key, issueType.name))
    .map((field): [string, () => unknown] => {
      const read = () => showValue(field, keptIn(issue, field), context);
      // An issue without one has no such field, rather than an empty one.
      const isOptional = field.id === 'parent' || field.id === 'security';
      return [field.id, isOptional ? () => read() ?? undefined : read];
    });
  return {
    ...Object.fromEntries(settable),
    status: () => showStatus(world, api, issue.status),
    issuetype: () => showIssueType(world, api, issueType),
    project: () => showProject(world, api, project),
    creator: () => (issue.creator === undefined ? null : world.edition.showUser(world, api, issue.creator)),
    created: () => jiraTime(issue.createdAt),
    updated: () => jiraTime(issue.updatedAt),
    resolutiondate: () => issue.values.get('resolutiondate') ?? null,
    ...activityReaders(world, api, issue, account),
  };
}

/** Reads the fields of Jira's list: names, `*all`, `*navigable`, and `-name` to leave one out. */
function choose(readers: Readers, wanted: string[]): Record<string, unknown> {
  const left = new Set(wanted.filter((name) => name.startsWith('-')).map((name) => name.slice(1)));
  const all = wanted.includes('*all') || wanted.length === left.size;
  const isWanted = (name: string) =>
    !left.has(name) && (all || wanted.includes(name) || (wanted.includes('*navigable') && !heavy.has(name)));
  return Object.fromEntries(
    Object.entries(readers)
      .filter(([name]) => isWanted(name))
      .map(([name, read]) => [name, read()])
      .filter(([, value]) => value !== undefined),
  );
}

/** Names and schemas of the fields that are shown. */
function namesAndSchemas(world: World, shown: string[]) {
  const known = new Map<string, { name: string; schema: object }>([
    ...readOnlyFields.map(([id, name, type, items]): [string, { name: string; schema: object }] => [
      id,
      { name, schema: { type, ...(items && { items }), system: id } },
    ]),
    ...world.fields.map(({ id, name, schema }): [string, { name: string; schema: object }] => [
      id,
      { name, schema },
    ]),
  ]);
  const found = shown.flatMap((id) => {
    const one = known.get(id);
    return one === undefined ? [] : [{ id, ...one }];
  });
  return {
    names: Object.fromEntries(found.map(({ id, name }) => [id, name])),
    schema: Object.fromEntries(found.map(({ id, schema }) => [id, schema])),
  };
}

/** Issues as a search shows them: names and schemas of their fields stand beside them, once. */
export function showFound(world: World, api: string, issues: Issue[], wanted: Wanted) {
  const { expand = [] } = wanted;
  const own = expand.filter((one) => one !== 'names' && one !== 'schema');
  const shown = issues.map((issue) => showIssue(world, api, issue, { ...wanted, expand: own }));
  const { names, schema } = namesAndSchemas(world, [
    ...new Set(shown.flatMap(({ fields }) => Object.keys(fields))),
  ]);
  return {
    issues: shown,
    ...(expand.includes('names') && { names }),
    ...(expand.includes('schema') && { schema }),
  };
}

/** An issue with the chosen fields and properties, and with what is expanded. */
export function showIssue(world: World, api: string, issue: Issue, wanted: Wanted) {
  const properties = [...issue.properties].filter(
    ([key]) => wanted.properties.includes(key) || wanted.properties.includes('*all'),
  );
  const fields = choose(readersOf(world, api, issue, wanted.account), wanted.fields);
  const expand = new Set(wanted.expand ?? []);
  const { names, schema } = namesAndSchemas(world, Object.keys(fields));
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: issue.id,
    self: `${world.restBase()}/rest/api/${api}/issue/${issue.id}`,
    key: issue.key,
    ...(expand.has('names') && { names }),
    ...(expand.has('schema') && { schema }),
    ...(expand.has('changelog') && { changelog: showChangelog(world, api, issue) }),
    fields,
    ...(wanted.properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
  };
}
