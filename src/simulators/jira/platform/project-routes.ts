import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import type { IssueType } from './metadata.ts';
import { pageOfValues, readPage } from './pages.ts';
import type { Project } from './platform.ts';
import { getVisibleProject, maySee } from './visibility.ts';

/** A project in short, as issues carry it. */
export function showProject(world: World, api: string, project: Project) {
  return {
    self: `${world.restBase()}/rest/api/${api}/project/${project.id}`,
    id: project.id,
    key: project.key,
    name: project.name,
    ...world.edition.projectDetails,
  };
}

/** An issue type, as projects and issues carry it. */
export function showIssueType(world: World, api: string, type: IssueType) {
  return {
    self: `${world.restBase()}/rest/api/${api}/issuetype/${type.id}`,
    id: type.id,
    name: type.name,
    description: type.description,
    iconUrl: `${world.siteUrl()}/images/icons/issuetypes/${type.name.toLowerCase().replaceAll(' ', '-')}.svg`,
    subtask: type.level < 0,
    ...(world.edition.name === 'cloud' && { hierarchyLevel: type.level }),
  };
}

function search(world: World, api: string, request: RouteRequest) {
  const account = findAccount(world, request);
  // Jira gives at most 100 projects a page, whatever is asked.
  const page = readPage(request, 100);
  const words = (request.query.get('query') ?? '').toLowerCase();
  const keys = request.query.getAll('keys');
  const found = world.platform.projects.filter(
    (project) =>
      maySee(world, account, project) &&
      (keys.length === 0 || keys.includes(project.key)) &&
      `${project.key} ${project.name}`.toLowerCase().includes(words),
  );
  const shown = found.map((project) => showProject(world, api, project));
  return pageOfValues(`${world.restBase()}/rest/api/${api}/project/search`, shown, page);
}

/** The search for projects, page by page, which only Cloud has. Comes before {@link projectRoutes}. */
export function projectSearchRoutes(world: World): Route[] {
  return world.edition.apiVersions.map((api) => ({
    method: 'GET',
    path: `/rest/api/${api}/project/search`,
    handle: (request) => ({ status: 200, body: search(world, api, request) }),
  }));
}

/** The projects that an account may browse. */
export function projectRoutes(world: World): Route[] {
  return world.edition.apiVersions.flatMap((api): Route[] => [
    {
      method: 'GET',
      path: `/rest/api/${api}/project`,
      handle(request) {
        const account = findAccount(world, request);
        const visible = world.platform.projects.filter((project) => maySee(world, account, project));
        return { status: 200, body: visible.map((project) => showProject(world, api, project)) };
      },
    },
    {
      method: 'GET',
      path: `/rest/api/${api}/project/:idOrKey`,
      handle(request) {
        const account = findAccount(world, request);
        const project = getVisibleProject(world, account, request.parameter('idOrKey'));
        return {
          status: 200,
          body: {
            ...showProject(world, api, project),
            description: '',
            assigneeType: 'UNASSIGNED',
            issueTypes: project.issueTypes.map((type) => showIssueType(world, api, type)),
            ...(project.lead && { lead: world.edition.showUser(world, api, project.lead) }),
          },
        };
      },
    },
  ]);
}
