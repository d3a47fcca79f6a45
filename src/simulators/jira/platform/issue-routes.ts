import { type Answer, refuse, refuseFields } from '../answer.ts';
import { isObject, type Route, type RouteRequest, readJson } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import { applyLabelOperations, readIssueFields } from './issue-fields.ts';
import { readProperties } from './issue-properties.ts';
import { showIssue } from './issue-view.ts';
import { getVisibleIssue, maySee } from './visibility.ts';

/** A comma-separated list of the query, which may also be repeated. */
export const listIn = (request: RouteRequest, name: string) =>
  request.query
    .getAll(name)
    .flatMap((text) => text.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');

const bodyKeys = new Set(['fields', 'update', 'properties', 'transition', 'historyMetadata']);

function readBody(request: RouteRequest): Record<string, unknown> & { fields: Record<string, unknown> } {
  const body = readJson(request, (status, message) => refuse(status, message));
  if (!isObject(body))
    throw refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
  const unknown = Object.keys(body).find((key) => !bodyKeys.has(key));
  if (unknown !== undefined) {
    throw refuse(400, 'Invalid request payload. Refer to the REST API documentation and try again.');
  }
  const fields = body.fields ?? {};
  if (!isObject(fields)) throw refuse(400, "'fields' must be an object.");
  return { ...body, fields };
}

/** Creating, reading and editing issues, as far as the product's tests need them. */
export function issueRoutes(world: World): Route[] {
  function create(api: string, request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const body = readBody(request);
    if (isObject(body.update) && Object.keys(body.update).length > 0) {
      throw refuse(400, "The simulator takes 'update' only in an edit.");
    }
    const findVisible = (idOrKey: string) => {
      const project = world.platform.findProject(idOrKey);
      return project !== undefined && maySee(world, account, project) ? project : undefined;
    };
    const { fields, errors } = readIssueFields(body.fields, {
      api,
      edition: world.edition,
      findProject: findVisible,
    });
    const properties = readProperties(body.properties);
    if (errors.project === undefined && fields.project === undefined) {
      errors.project = 'Specify a valid project ID or key';
    }
    // Which types exist depends on the project: without one Jira does not judge the type.
    if (errors.project !== undefined) delete errors.issuetype;
    else if (errors.issuetype === undefined && fields.issueType === undefined) {
      errors.issuetype = 'Specify an issue type';
    }
    if (errors.summary === undefined && fields.summary === undefined) {
      errors.summary = 'You must specify a summary of the issue.';
    }
    const { project, issueType, summary } = fields;
    if (project !== undefined && !world.platform.may(account, 'CREATE_ISSUES', project)) {
      throw world.edition.refuseCreate();
    }
    if (Object.keys(errors).length > 0 || !project || !issueType || summary === undefined) {
      throw refuseFields(errors);
    }
    const issue = world.platform.createIssue({
      project,
      issueType,
      summary,
      description: fields.description ?? null,
      labels: fields.labels ?? [],
      creator: account,
    });
    for (const [key, value] of properties) issue.properties.set(key, value);
    const self = `${world.siteUrl()}/rest/api/${api}/issue/${issue.id}`;
    return { status: 201, body: { id: issue.id, key: issue.key, self } };
  }

  function edit(api: string, request: RouteRequest): Answer {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (!world.platform.may(account, 'EDIT_ISSUES', issue.project)) {
      throw refuse(403, 'You do not have permission to edit issues in this project.');
    }
    const body = readBody(request);
    const update = body.update ?? {};
    if (!isObject(update)) throw refuse(400, "'update' must be an object.");
    const { fields, errors } = readIssueFields(body.fields, {
      api,
      edition: world.edition,
      findProject: world.platform.findProject,
      issue,
    });
    const properties = readProperties(body.properties);
    for (const name of Object.keys(update)) {
      const labels = name === 'labels' ? applyLabelOperations(issue.labels, update.labels) : undefined;
      if (body.fields[name] !== undefined) errors[name] = `Field '${name}' is in both 'fields' and 'update'.`;
      else if (labels === undefined) errors[name] = `Field '${name}' does not support this operation.`;
      else fields.labels = labels;
    }
    if (Object.keys(errors).length > 0) throw refuseFields(errors);
    world.platform.noteWrite(issue);
    const { summary, description, labels, issueType } = fields;
    if (summary !== undefined) issue.summary = summary;
    if (description !== undefined) issue.description = description;
    if (labels !== undefined) issue.labels = labels;
    if (issueType !== undefined) issue.issueType = issueType;
    for (const [key, value] of properties) issue.properties.set(key, value);
    if (request.query.get('returnIssue') !== 'true') return { status: 204 };
    return { status: 200, body: showIssue(world, api, issue, { fields: ['*all'], properties: [] }) };
  }

  return world.edition.apiVersions.flatMap((api): Route[] => [
    { method: 'POST', path: `/rest/api/${api}/issue`, handle: (request) => create(api, request) },
    {
      method: 'GET',
      path: `/rest/api/${api}/issue/:idOrKey`,
      handle(request) {
        const issue = getVisibleIssue(world, findAccount(world, request), request.parameter('idOrKey'));
        const fields = listIn(request, 'fields');
        const properties = listIn(request, 'properties');
        return {
          status: 200,
          body: showIssue(world, api, issue, { fields: fields.length === 0 ? ['*all'] : fields, properties }),
        };
      },
    },
    { method: 'PUT', path: `/rest/api/${api}/issue/:idOrKey`, handle: (request) => edit(api, request) },
  ]);
}
