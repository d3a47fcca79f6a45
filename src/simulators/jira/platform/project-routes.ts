import { refuse } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import type { Project } from './platform.ts';
import { getVisibleProject, maySee } from './visibility.ts';

/** A project in short, as issues carry it. */
export function showProject(world: World, api: string, project: Project) {
  return {
    self: `${world.siteUrl()}/rest/api/${api}/project/${project.id}`,
    id: project.id,
    key: project.key,
    name: project.name,
    ...world.edition.projectDetails,
  };
}

/** An issue type, as projects and issues carry it. */
export function showIssueType(world: World, api: string, type: { id: string; name: string }) {
  return {
    self: `${world.siteUrl()}/rest/api/${api}/issuetype/${type.id}`,
    id: type.id,
    name: type.name,
    description: '',
    subtask: false,
    ...world.edition.issueTypeDetails,
  };
}

function numberIn(request: RouteRequest, name: string, otherwise: number): number {
  const text = request.query.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw refuse(400, `'${name}' must be a number, not '${text}'.`);
  return Number(text);
}

function search(world: World, api: string, request: RouteRequest) {
  const account = findAccount(world, request);
  const startAt = numberIn(request, 'startAt', 0);
  // Jira gives at most 100 projects a page, whatever is asked.
  const maxResults = Math.min(numberIn(request, 'maxResults', 50), 100);
  const words = (request.query.get('query') ?? '').toLowerCase();
  const keys = request.query.getAll('keys');
  const found = world.platform.projects.filter(
    (project) =>
      maySee(world, account, project) &&
      (keys.length === 0 || keys.includes(project.key)) &&
      `${project.key} ${project.name}`.toLowerCase().includes(words),
  );
  const isLast = startAt + maxResults >= found.length;
  const pageAt = (start: number) =>
    `${world.siteUrl()}/rest/api/${api}/project/search?startAt=${start}&maxResults=${maxResults}`;
  return {
    self: pageAt(startAt),
    ...(isLast ? {} : { nextPage: pageAt(startAt + maxResults) }),
    maxResults,
    startAt,
    total: found.length,
    isLast,
    values: found.slice(startAt, startAt + maxResults).map((project) => showProject(world, api, project)),
  };
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
          },
        };
      },
    },
  ]);
}
