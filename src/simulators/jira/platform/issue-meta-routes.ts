import { refuse } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import { listIn } from './issue-body.ts';
import type { IssueType } from './metadata.ts';
import { readPage } from './pages.ts';
import type { Project } from './platform.ts';
import { showIssueType } from './project-routes.ts';
import { listScreenMeta } from './screen-meta.ts';
import { getVisibleIssue, maySee } from './visibility.ts';

/** The types and fields of many projects at once: what Jira had first, and Cloud still has. */
export function oldCreateMetaRoutes(world: World): Route[] {
  function answer(api: string, request: RouteRequest) {
    const account = findAccount(world, request);
    const given = (name: string) => {
      const list = listIn(request, name);
      return list.length === 0 ? undefined : list;
    };
    const [keys, ids] = [given('projectKeys'), given('projectIds')];
    const [typeNames, typeIds] = [given('issuetypeNames'), given('issuetypeIds')];
    const expandsFields = request.query.get('expand')?.includes('projects.issuetypes.fields') === true;
    const showType = (project: Project, issueType: IssueType) => ({
      ...showIssueType(world, api, issueType),
      ...(expandsFields && {
        expand: 'fields',
        fields: Object.fromEntries(
          listScreenMeta(world, { api, project, issueType, account }, 'key').map((one) => [one.key, one]),
        ),
      }),
    });
    return {
      expand: 'projects',
      projects: world.platform.projects
        .filter((project) => maySee(world, account, project))
        .filter((project) => world.platform.may(account, 'CREATE_ISSUES', project))
        .filter((project) => keys?.includes(project.key) ?? ids?.includes(project.id) ?? true)
        .map((project) => ({
          self: `${world.restBase()}/rest/api/${api}/project/${project.id}`,
          id: project.id,
          key: project.key,
          name: project.name,
          expand: 'issuetypes',
          issuetypes: project.issueTypes
            .filter((type) => typeNames?.includes(type.name) ?? typeIds?.includes(type.id) ?? true)
            .map((type) => showType(project, type)),
        })),
    };
  }
  return world.edition.apiVersions.map((api) => ({
    method: 'GET',
    path: `/rest/api/${api}/issue/createmeta`,
    handle: (request) => ({ status: 200, body: answer(api, request) }),
  }));
}

/** The project and type that a request for metadata names, and who asks; 400 for a project that is not to be seen. */
export function readCreateMeta(world: World, request: RouteRequest, typeId?: string) {
  const account: SeedAccount | undefined = findAccount(world, request);
  const idOrKey = request.parameter('idOrKey');
  const project = world.platform.findProject(idOrKey);
  // Documented are 200 and 400 alone.
  if (project === undefined || !maySee(world, account, project)) {
    throw refuse(400, `No project could be found with key or id '${idOrKey}'.`);
  }
  const mayCreate = world.platform.may(account, 'CREATE_ISSUES', project);
  const issueType = project.issueTypes.find((one) => one.id === typeId);
  if (typeId !== undefined && issueType === undefined) {
    throw refuse(400, 'The issue type is not one of this project.');
  }
  return { account, project, issueType, mayCreate };
}

/** One project's types, and one type's fields, page by page, as Cloud has them. */
export function createMetaRoutes(world: World): Route[] {
  return world.edition.apiVersions.flatMap((api): Route[] => {
    const path = `/rest/api/${api}/issue/createmeta/:idOrKey/issuetypes`;
    const page = (request: RouteRequest, name: string, all: unknown[]) => {
      const { startAt, maxResults } = readPage(request, 200);
      return { [name]: all.slice(startAt, startAt + maxResults), maxResults, startAt, total: all.length };
    };
    return [
      {
        method: 'GET',
        path,
        handle(request) {
          const { project, mayCreate } = readCreateMeta(world, request);
          const types = mayCreate ? project.issueTypes : [];
          const shown = types.map((type) => showIssueType(world, api, type));
          return { status: 200, body: page(request, 'issueTypes', shown) };
        },
      },
      {
        method: 'GET',
        path: `${path}/:typeId`,
        handle(request) {
          const where = readCreateMeta(world, request, request.parameter('typeId'));
          const { issueType } = where;
          const fields =
            where.mayCreate && issueType !== undefined
              ? listScreenMeta(world, { ...where, api, issueType }, 'both')
              : [];
          return { status: 200, body: page(request, 'fields', fields) };
        },
      },
    ];
  });
}

/** What can be edited of an issue; nothing, for who may not edit it. */
export function editMetaRoutes(world: World): Route[] {
  return world.edition.apiVersions.map((api) => ({
    method: 'GET',
    path: `/rest/api/${api}/issue/:idOrKey/editmeta`,
    handle(request) {
      const account = findAccount(world, request);
      const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
      const { project, issueType } = issue;
      const fields = world.platform.may(account, 'EDIT_ISSUES', project)
        ? listScreenMeta(world, { api, project, issueType, issue, account }, 'key')
        : [];
      const shown = fields.map(({ hasDefaultValue: _default, ...one }) => [one.key, one]);
      return { status: 200, body: { fields: Object.fromEntries(shown) } };
    },
  }));
}
