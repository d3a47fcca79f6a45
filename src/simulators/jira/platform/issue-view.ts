import type { World } from '../world.ts';
import type { Issue } from './platform.ts';
import { showIssueType, showProject } from './project-routes.ts';
import { plainText } from './rich-text.ts';

const statusCategories: Record<string, { id: number; key: string; colorName: string }> = {
  'To Do': { id: 2, key: 'new', colorName: 'blue-gray' },
  'In Progress': { id: 4, key: 'indeterminate', colorName: 'yellow' },
  Done: { id: 3, key: 'done', colorName: 'green' },
};

/** Jira's own way to write a moment: an offset without a colon. */
const jiraTime = (at: Date) => at.toISOString().replace('Z', '+0000');

function allFields(world: World, api: string, issue: Issue): Record<string, unknown> {
  const base = `${world.siteUrl()}/rest/api/${api}`;
  const category = statusCategories[issue.status];
  const statusId = String(Object.keys(statusCategories).indexOf(issue.status) + 10_000);
  const user = issue.creator === undefined ? null : world.edition.showUser(world, api, issue.creator);
  return {
    summary: issue.summary,
    description: issue.description === null || api === '3' ? issue.description : plainText(issue.description),
    status: {
      self: `${base}/status/${statusId}`,
      id: statusId,
      name: issue.status,
      description: '',
      statusCategory: {
        self: `${base}/statuscategory/${category?.id}`,
        ...category,
        name: issue.status,
      },
    },
    issuetype: showIssueType(world, api, issue.issueType),
    project: showProject(world, api, issue.project),
    labels: issue.labels,
    priority: { self: `${base}/priority/3`, id: '3', name: 'Medium' },
    assignee: null,
    resolution: null,
    creator: user,
    reporter: user,
    created: jiraTime(issue.createdAt),
    updated: jiraTime(issue.updatedAt),
  };
}

/** Chooses fields by Jira's list: names, `*all`, `*navigable`, and `-name` to leave one out. */
function choose(fields: Record<string, unknown>, wanted: string[]): Record<string, unknown> {
  const left = new Set(wanted.filter((name) => name.startsWith('-')).map((name) => name.slice(1)));
  const all = wanted.some((name) => name === '*all' || name === '*navigable') || wanted.length === left.size;
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => (all || wanted.includes(name)) && !left.has(name)),
  );
}

/** An issue with the chosen fields and properties. */
export function showIssue(
  world: World,
  api: string,
  issue: Issue,
  wanted: { fields: string[]; properties: string[] },
) {
  const properties = [...issue.properties].filter(
    ([key]) => wanted.properties.includes(key) || wanted.properties.includes('*all'),
  );
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: issue.id,
    self: `${world.siteUrl()}/rest/api/${api}/issue/${issue.id}`,
    key: issue.key,
    fields: choose(allFields(world, api, issue), wanted.fields),
    ...(wanted.properties.length > 0 ? { properties: Object.fromEntries(properties) } : {}),
  };
}
