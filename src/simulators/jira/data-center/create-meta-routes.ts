import { oldCreateMetaRoutes, readCreateMeta } from '../platform/issue-meta-routes.ts';
import { showIssueType } from '../platform/project-routes.ts';
import { listScreenMeta } from '../platform/screen-meta.ts';
import type { Route } from '../route.ts';
import type { World } from '../world.ts';
import { pageOf, readPaging } from './paging.ts';
import type { Version } from './version.ts';

/** What creating an issue takes: in the shape before 9, in that since 8.4, or in both. */
export function dataCenterCreateMetaRoutes(world: World, version: Version): Route[] {
  const path = '/rest/api/2/issue/createmeta/:idOrKey/issuetypes';
  const since84: Route[] = [
    {
      method: 'GET',
      path,
      handle(request) {
        const { project, mayCreate } = readCreateMeta(world, request);
        const types = mayCreate ? project.issueTypes : [];
        const shown = types.map((type) => showIssueType(world, '2', type));
        return { status: 200, body: pageOf(shown, readPaging(request), 'values') };
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
            ? listScreenMeta(world, { ...where, api: '2', issueType }, 'fieldId')
            : [];
        return { status: 200, body: pageOf(fields, readPaging(request), 'values') };
      },
    },
  ];
  return [
    ...(version.hasOldCreateMeta ? oldCreateMetaRoutes(world) : []),
    ...(version.hasNewCreateMeta ? since84 : []),
  ];
}
