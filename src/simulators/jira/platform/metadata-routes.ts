import { refuse } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import { readOnlyFields } from './fields/catalogue.ts';
import { priority, resolution } from './fields/choice-elements.ts';
import type { Element, FieldContext } from './fields/element.ts';
import { showStatus } from './metadata-view.ts';
import { pageOfValues, readPage } from './pages.ts';
import { showIssueType } from './project-routes.ts';
import { getVisibleProject, maySee } from './visibility.ts';

/** Every field of the site, settable or not, as the list of fields shows it. */
function listFields(world: World) {
  const isCloud = world.edition.name === 'cloud';
  const show = (id: string, name: string, custom: boolean, schema: Record<string, unknown> | undefined) => {
    const customId = String(schema?.customId ?? '');
    return {
      id,
      ...(isCloud && { key: id }),
      name,
      custom,
      orderable: custom || !['issuekey', 'created', 'updated', 'creator', 'status'].includes(id),
      navigable: id !== 'attachment' && id !== 'comment',
      searchable: true,
      clauseNames: custom ? [`cf[${customId}]`, name] : [id.toLowerCase()],
      ...(schema && { schema }),
    };
  };
  return [
    ...readOnlyFields.map(([id, name, type, items]) =>
      show(id, name, false, type === '' ? undefined : { type, ...(items && { items }), system: id }),
    ),
    ...world.fields.map(({ id, name, isCustom, schema }) => show(id, name, isCustom, schema)),
  ];
}

/** The same as the search for fields shows it. */
const listFieldsShort = (world: World) =>
  world.fields.map(({ id, name, schema }) => ({ id, key: id, name, schema, isLocked: false }));

/** Lists that Cloud has page by page as well, below `search`. */
const pagedLists = new Set(['priority', 'resolution', 'field']);

/** What can be chosen everywhere: types, statuses, priorities, resolutions, fields. */
export function metadataRoutes(world: World): Route[] {
  const isCloud = world.edition.name === 'cloud';

  /** A list that somebody signed in may read, and on Cloud page by page as well. */
  function listRoutes(api: string, name: string, list: (request: RouteRequest) => unknown[]): Route[] {
    const path = `/rest/api/${api}/${name}`;
    const whole: Route = {
      method: 'GET',
      path,
      handle(request) {
        getAccount(world, request);
        return { status: 200, body: list(request) };
      },
    };
    if (!isCloud || !pagedLists.has(name)) return [whole];
    const paged: Route = {
      method: 'GET',
      path: `${path}/search`,
      handle(request) {
        getAccount(world, request);
        const words = (request.query.get('query') ?? '').toLowerCase();
        const shown = name === 'field' ? listFieldsShort(world) : list(request);
        const found = shown.filter((one) => JSON.stringify(one).toLowerCase().includes(words));
        return { status: 200, body: pageOfValues(world.restBase() + path, found, readPage(request, 50)) };
      },
    };
    return [whole, paged];
  }

  const one = (api: string, name: string, find: (id: string) => unknown): Route => ({
    method: 'GET',
    path: `/rest/api/${api}/${name}/:id`,
    handle(request) {
      getAccount(world, request);
      const found = find(request.parameter('id'));
      if (found === undefined) {
        throw refuse(404, `The ${name} with id '${request.parameter('id')}' does not exist`);
      }
      return { status: 200, body: found };
    },
  });

  return world.edition.apiVersions.flatMap((api): Route[] => {
    const [anyProject] = world.platform.projects;
    const [anyType] = world.metadata.issueTypes;
    const choices = (element: Element) =>
      anyProject === undefined || anyType === undefined
        ? []
        : (element.allowedValues?.({
            world,
            api,
            project: anyProject,
            issueType: anyType,
          } satisfies FieldContext) ?? []);
    const byId = (element: Element) => (id: string) =>
      choices(element).find((shown) => Reflect.get(Object(shown), 'id') === id);
    const visibleTypes = (request: RouteRequest) => {
      const account = findAccount(world, request);
      const visible = world.platform.projects.filter((project) => maySee(world, account, project));
      const types = world.metadata.issueTypes.filter((type) =>
        visible.some(({ issueTypes }) => issueTypes.includes(type)),
      );
      return types.map((type) => showIssueType(world, api, type));
    };
    const typesOfProject: Route = {
      method: 'GET',
      path: `/rest/api/${api}/issuetype/project`,
      handle(request) {
        const id = request.query.get('projectId') ?? '';
        const project = getVisibleProject(world, findAccount(world, request), id);
        return { status: 200, body: project.issueTypes.map((type) => showIssueType(world, api, type)) };
      },
    };
    const typeById = (id: string) => {
      const found = world.metadata.issueTypes.find((type) => type.id === id);
      return found && showIssueType(world, api, found);
    };
    const statusById = (idOrName: string) => {
      const found = world.metadata.statuses.find(({ id, name }) => id === idOrName || name === idOrName);
      return found && showStatus(world, api, found.name);
    };
    return [
      ...listRoutes(api, 'issuetype', visibleTypes),
      ...(isCloud ? [typesOfProject] : []),
      one(api, 'issuetype', typeById),
      ...listRoutes(api, 'status', () =>
        world.metadata.statuses.map(({ name }) => showStatus(world, api, name)),
      ),
      one(api, 'status', statusById),
      ...listRoutes(api, 'priority', () => choices(priority)),
      one(api, 'priority', byId(priority)),
      ...listRoutes(api, 'resolution', () => choices(resolution)),
      one(api, 'resolution', byId(resolution)),
      ...listRoutes(api, 'field', () => listFields(world)),
    ];
  });
}
