import { refuse } from '../answer.ts';
import { findAccount } from '../platform/account.ts';
import type { Project } from '../platform/platform.ts';
import { showIssueType, showProject } from '../platform/project-routes.ts';
import { maySee } from '../platform/visibility.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { pageOf, readPaging } from './paging.ts';
import type { Version } from './version.ts';

type IssueType = Project['issueTypes'][number];

/** The fields of every create screen here, in the order of the screen. */
function fieldsOf(world: World, project: Project, type: IssueType) {
  const field = (
    fieldId: string,
    name: string,
    schemaType: string,
    required: boolean,
    more: object = {},
  ) => ({
    required,
    schema: { type: schemaType, system: fieldId },
    name,
    fieldId,
    hasDefaultValue: false,
    operations: ['set'],
    ...more,
  });
  return [
    field('summary', 'Summary', 'string', true),
    field('issuetype', 'Issue Type', 'issuetype', true, {
      operations: [],
      allowedValues: [showIssueType(world, '2', type)],
    }),
    field('project', 'Project', 'project', true, { allowedValues: [showProject(world, '2', project)] }),
    field('description', 'Description', 'string', false),
    field('labels', 'Labels', 'array', false, {
      schema: { type: 'array', items: 'string', system: 'labels' },
      operations: ['add', 'set', 'remove'],
    }),
  ];
}

/** The issue types of many projects at once, with their fields when they are expanded. */
function oldCreateMeta(world: World, request: RouteRequest) {
  const account = findAccount(world, request);
  const listOf = (name: string) => {
    const list = request.query.getAll(name).flatMap((text) => text.split(','));
    return list.length === 0 ? undefined : list;
  };
  const [keys, ids] = [listOf('projectKeys'), listOf('projectIds')];
  const [typeNames, typeIds] = [listOf('issuetypeNames'), listOf('issuetypeIds')];
  const expandsFields = request.query.get('expand')?.includes('projects.issuetypes.fields') === true;
  const showType = (project: Project, type: IssueType) => ({
    ...showIssueType(world, '2', type),
    ...(expandsFields && {
      expand: 'fields',
      fields: Object.fromEntries(fieldsOf(world, project, type).map((one) => [one.fieldId, one])),
    }),
  });
  return {
    expand: 'projects',
    projects: world.platform.projects
      .filter((project) => maySee(world, account, project))
      .filter((project) => world.platform.may(account, 'CREATE_ISSUES', project))
      .filter((project) => keys?.includes(project.key) ?? ids?.includes(project.id) ?? true)
      .map((project) => ({
        ...showProject(world, '2', project),
        expand: 'issuetypes',
        issuetypes: project.issueTypes
          .filter((type) => typeNames?.includes(type.name) ?? typeIds?.includes(type.id) ?? true)
          .map((type) => showType(project, type)),
      })),
  };
}

/** What creating an issue takes: in the shape before 9, in that since 8.4, or in both. */
export function createMetaRoutes(world: World, version: Version): Route[] {
  function getProject(request: RouteRequest): Project {
    const account = findAccount(world, request);
    const project = world.platform.findProject(request.parameter('idOrKey'));
    if (project !== undefined && maySee(world, account, project)) return project;
    // Documented are 200 and 400 alone.
    throw refuse(400, `No project could be found with key or id '${request.parameter('idOrKey')}'.`);
  }
  const mayCreate = (request: RouteRequest, project: Project) =>
    world.platform.may(findAccount(world, request), 'CREATE_ISSUES', project);
  const path = '/rest/api/2/issue/createmeta';
  const old: Route = {
    method: 'GET',
    path,
    handle: (request) => ({ status: 200, body: oldCreateMeta(world, request) }),
  };
  const since84: Route[] = [
    {
      method: 'GET',
      path: `${path}/:idOrKey/issuetypes`,
      handle(request) {
        const project = getProject(request);
        const types = mayCreate(request, project) ? project.issueTypes : [];
        const shown = types.map((type) => showIssueType(world, '2', type));
        return { status: 200, body: pageOf(shown, readPaging(request), 'values') };
      },
    },
    {
      method: 'GET',
      path: `${path}/:idOrKey/issuetypes/:typeId`,
      handle(request) {
        const project = getProject(request);
        const type = project.issueTypes.find((one) => one.id === request.parameter('typeId'));
        if (type === undefined) throw refuse(400, 'The issue type is not one of this project.');
        const fields = mayCreate(request, project) ? fieldsOf(world, project, type) : [];
        return { status: 200, body: pageOf(fields, readPaging(request), 'values') };
      },
    },
  ];
  return [...(version.hasOldCreateMeta ? [old] : []), ...(version.hasNewCreateMeta ? since84 : [])];
}
