import { refuse } from '../answer.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { Issue, Project } from './platform.ts';

/** Jira says the same of an issue that is not there and of one that may not be seen. */
const invisible = 'Issue does not exist or you do not have permission to see it.';

/** True when the account may browse the project. */
export function maySee(world: World, account: SeedAccount | undefined, project: Project): boolean {
  return world.platform.may(account, 'BROWSE_PROJECTS', project);
}

/** The issue, or 404 when it is not there or may not be seen. */
export function getVisibleIssue(world: World, account: SeedAccount | undefined, idOrKey: string): Issue {
  const issue = world.platform.findIssue(idOrKey);
  if (issue === undefined || !maySee(world, account, issue.project)) throw refuse(404, invisible);
  return issue;
}

/** The project, or 404 when it is not there or may not be seen. */
export function getVisibleProject(
  world: World,
  account: SeedAccount | undefined,
  idOrKey: string,
  message = `No project could be found with key '${idOrKey}'.`,
): Project {
  const project = world.platform.findProject(idOrKey);
  if (project === undefined || !maySee(world, account, project)) throw refuse(404, message);
  return project;
}
