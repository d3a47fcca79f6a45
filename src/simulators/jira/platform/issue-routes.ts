import { type Answer, refuse, refuseFields } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import { changeFields, noteHistory } from './change-issue.ts';
import type { Field, FieldContext } from './fields/element.ts';
import { readFields } from './fields/read-fields.ts';
import { listScreenFields } from './fields/screens.ts';
import { listIn, readIssueBody } from './issue-body.ts';
import { readIssueType, readProject } from './issue-fields.ts';
import { readProperties } from './issue-properties.ts';
import { showIssue } from './issue-view.ts';
import { addFromUpdate } from './issue-writes.ts';
import { middlePriority } from './seeded-fields.ts';
import { getVisibleIssue, maySee } from './visibility.ts';

const noEdit = () => refuse(403, 'You do not have permission to edit issues in this project.');

/** Creating, reading, editing and deleting issues. */
export function issueRoutes(world: World): Route[] {
  function create(api: string, request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const body = readIssueBody(request);
    const { project: givenProject, issuetype: givenType, ...fields } = body.fields;
    const properties = readProperties(body.properties);
    const project = readProject(givenProject, world.edition, (idOrKey) => {
      const found = world.platform.findProject(idOrKey);
      return found !== undefined && maySee(world, account, found) ? found : undefined;
    });
    // Which types and fields exist depends on the project: without one Jira judges nothing else.
    if (typeof project === 'string') throw refuseFields({ project });
    if (!world.platform.may(account, 'CREATE_ISSUES', project)) throw world.edition.refuseCreate();
    const issueType = readIssueType(givenType, world.edition, project);
    if (typeof issueType === 'string') throw refuseFields({ issuetype: issueType });
    const screen = listScreenFields(world, { name: 'create', project, issueType, account });
    const context: FieldContext = { world, api, project, issueType, account };
    const { values, errors } = readFields({ fields, update: body.update }, screen, context, true);
    if (Object.keys(errors).length > 0) throw refuseFields(errors);
    const issue = world.platform.createIssue({
      project,
      issueType,
      summary: '',
      description: null,
      labels: [],
      creator: account,
    });
    issue.values.set('reporter', account.accountId);
    issue.values.set('priority', middlePriority(world));
    issue.activity.watchers.add(account.accountId);
    changeFields(issue, values, { ...context, issue });
    for (const [key, value] of properties) issue.properties.set(key, value);
    addFromUpdate(world, api, issue, account, body.update, (id) =>
      screen.some(({ field }) => field.id === id),
    );
    world.announce.issueCreated(issue, account);
    const self = `${world.restBase()}/rest/api/${api}/issue/${issue.id}`;
    return { status: 201, body: { id: issue.id, key: issue.key, self } };
  }

  function edit(api: string, request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    const { project } = issue;
    if (!world.platform.may(account, 'EDIT_ISSUES', project)) throw noEdit();
    const body = readIssueBody(request);
    const { issuetype: givenType, ...fields } = body.fields;
    const properties = readProperties(body.properties);
    const issueType =
      givenType === undefined ? issue.issueType : readIssueType(givenType, world.edition, project);
    if (typeof issueType === 'string') throw refuseFields({ issuetype: issueType });
    if (issueType.level < 0 !== issue.issueType.level < 0) {
      throw refuseFields({ issuetype: 'The issue type selected is invalid.' });
    }
    const screen = listScreenFields(world, { name: 'edit', project, issueType, account });
    const context: FieldContext = { world, api, project, issueType, issue, account };
    const { values, errors } = readFields({ fields, update: body.update }, screen, context, false);
    if (Object.keys(errors).length > 0) throw refuseFields(errors);
    world.platform.noteWrite(issue);
    addFromUpdate(world, api, issue, account, body.update, (id) =>
      screen.some(({ field }) => field.id === id),
    );
    const items = changeFields(issue, values, context);
    if (issueType !== issue.issueType) {
      const [from, to] = [issue.issueType, issueType];
      items.push({
        field: 'issuetype',
        fieldtype: 'jira',
        fieldId: 'issuetype',
        from: from.id,
        fromString: from.name,
        to: to.id,
        toString: to.name,
      });
      issue.issueType = issueType;
    }
    noteHistory(world, issue, account, items);
    for (const [key, value] of properties) issue.properties.set(key, value);
    if (request.query.get('returnIssue') !== 'true') return { status: 204 };
    return { status: 200, body: showIssue(world, api, issue, { fields: ['*all'], properties: [], account }) };
  }

  function assign(api: string, request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    const { project, issueType } = issue;
    if (!world.platform.may(account, 'ASSIGN_ISSUES', project)) {
      throw refuse(403, 'You do not have permission to assign issues.');
    }
    const given = readJson(request, (status, message) => refuse(status, message));
    const assignee = world.fields.find(({ id }) => id === 'assignee');
    if (assignee === undefined || !isObject(given)) throw refuse(400, 'The body must be an object.');
    const context: FieldContext = { world, api, project, issueType, issue, account };
    const { values, errors } = readFields(
      { fields: { assignee: given }, update: {} },
      [{ field: assignee, required: false, hasDefault: false }],
      context,
      false,
    );
    if (Object.keys(errors).length > 0) throw refuseFields(errors);
    world.platform.noteWrite(issue);
    noteHistory(world, issue, account, changeFields(issue, values as Map<Field, unknown>, context));
    return { status: 204 };
  }

  function remove(request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (!world.platform.may(account, 'DELETE_ISSUES', issue.project)) {
      throw refuse(403, 'You do not have permission to delete issues in this project.');
    }
    const children = world.platform.listIssues().filter((one) => one.values.get('parent') === issue.id);
    if (children.length > 0 && request.query.get('deleteSubtasks') !== 'true') {
      throw refuse(
        400,
        `The issue '${issue.key}' has subtasks. You must specify the 'deleteSubtasks' parameter to delete this issue and all its subtasks.`,
      );
    }
    for (const one of [...children, issue]) {
      world.announce.issueDeleted(one, account, one !== issue);
      world.platform.removeIssue(one);
    }
    return { status: 204 };
  }

  return world.edition.apiVersions.flatMap((api): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey`;
    return [
      { method: 'POST', path: `/rest/api/${api}/issue`, handle: (request) => create(api, request) },
      {
        method: 'GET',
        path,
        handle(request) {
          const account = findAccount(world, request);
          const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
          const fields = listIn(request, 'fields');
          const shown = showIssue(world, api, issue, {
            fields: fields.length === 0 ? ['*all'] : fields,
            properties: listIn(request, 'properties'),
            expand: listIn(request, 'expand'),
            account,
          });
          return { status: 200, body: shown };
        },
      },
      { method: 'PUT', path, handle: (request) => edit(api, request) },
      { method: 'PUT', path: `${path}/assignee`, handle: (request) => assign(api, request) },
      { method: 'DELETE', path, handle: remove },
    ];
  });
}
