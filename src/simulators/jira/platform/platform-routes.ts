import type { Route } from '../route.ts';
import type { World } from '../world.ts';
import { activityRoutes } from './activity-routes.ts';
import { attachmentRoutes } from './attachments.ts';
import { issueLinkRoutes } from './issue-links.ts';
import { editMetaRoutes } from './issue-meta-routes.ts';
import { issuePropertyRoutes } from './issue-properties.ts';
import { issueRoutes } from './issue-routes.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { projectPartsRoutes } from './project-parts-routes.ts';
import { projectRoutes } from './project-routes.ts';
import { transitionRoutes } from './transitions.ts';
import { assignableRoutes } from './user-routes.ts';

/** What both editions have at the same addresses. */
export function platformRoutes(world: World): Route[] {
  return [
    ...projectRoutes(world),
    ...projectPartsRoutes(world),
    ...metadataRoutes(world),
    ...assignableRoutes(world),
    ...editMetaRoutes(world),
    ...transitionRoutes(world),
    ...activityRoutes(world),
    ...attachmentRoutes(world),
    ...issueLinkRoutes(world),
    ...issuePropertyRoutes(world),
    ...issueRoutes(world),
  ];
}
