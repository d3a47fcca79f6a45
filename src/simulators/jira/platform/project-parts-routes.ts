import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount } from './account.ts';
import { component, securityLevel, version } from './fields/choice-elements.ts';
import type { Element } from './fields/element.ts';
import { showStatus } from './metadata-view.ts';
import { pageOfValues, readPage } from './pages.ts';
import type { Project } from './platform.ts';
import { showIssueType } from './project-routes.ts';
import { getVisibleProject } from './visibility.ts';

/** The statuses that a project's issues of each type can have, and its components, versions and security levels. */
export function projectPartsRoutes(world: World): Route[] {
  return world.edition.apiVersions.flatMap((api): Route[] => {
    const get = (part: string, body: (project: Project, request: RouteRequest) => unknown): Route => ({
      method: 'GET',
      path: `/rest/api/${api}/project/:idOrKey/${part}`,
      handle(request) {
        const project = getVisibleProject(world, findAccount(world, request), request.parameter('idOrKey'));
        return { status: 200, body: body(project, request) };
      },
    });
    // Archived versions are in the lists, though nobody may choose them.
    const list = (element: Element, project: Project, kept: { id: string }[]) => {
      const [issueType] = project.issueTypes;
      return issueType === undefined
        ? []
        : kept.map(({ id }) => element.show(id, { world, api, project, issueType }));
    };
    const components = (project: Project) => list(component, project, project.components);
    const versions = (project: Project) => list(version, project, project.versions);
    const paged = (part: string, all: (project: Project) => unknown[]): Route =>
      get(part, (project, request) =>
        pageOfValues(
          `${world.restBase()}/rest/api/${api}/project/${project.key}/${part}`,
          all(project),
          readPage(request, 50),
        ),
      );
    return [
      get('statuses', (project) =>
        project.issueTypes.map((type) => {
          const { self, id, name, subtask } = showIssueType(world, api, type);
          const { statuses } = world.metadata.workflowOf(project.key, type.name);
          return { self, id, name, subtask, statuses: statuses.map((one) => showStatus(world, api, one)) };
        }),
      ),
      get('components', components),
      get('versions', versions),
      paged('version', versions),
      ...(world.edition.name === 'cloud' ? [paged('component', components)] : []),
      get('securitylevel', (project) => ({ levels: list(securityLevel, project, project.securityLevels) })),
    ];
  });
}
