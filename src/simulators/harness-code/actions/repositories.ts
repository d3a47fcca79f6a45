import { join } from 'node:path';
import { createGitRepository } from '../git/repository.ts';
import { badRequest, notFound, Refusal } from '../refusal.ts';
import { createTurns } from '../turns.ts';
import type { Principal, Repository, Space, World } from '../world.ts';

const checkIdentifier = (identifier: string) => {
  if (!/^[a-zA-Z0-9._-]{1,100}$/.test(identifier)) {
    throw badRequest(`Identifier "${identifier}" is not valid: letters, digits, ".", "_" and "-" only`);
  }
};

function checkFree(world: World, parentId: number, identifier: string, own?: Repository) {
  const wanted = identifier.toLowerCase();
  const taken = world.repositories.some(
    (one) =>
      one !== own &&
      one.deletedAt === undefined &&
      one.parentId === parentId &&
      one.identifier.toLowerCase() === wanted,
  );
  if (taken) throw new Refusal(409, 'Resource already exists');
}

/** Makes a space in another, or at the top. @throws Refusal 400, 409 */
export function createSpace(
  world: World,
  by: Principal | undefined,
  given: { parent?: Space; identifier: string; description?: string },
): Space {
  checkIdentifier(given.identifier);
  const parentId = given.parent?.id ?? 0;
  const wanted = given.identifier.toLowerCase();
  if (world.spaces.some((one) => one.parentId === parentId && one.identifier.toLowerCase() === wanted)) {
    throw new Refusal(409, 'Resource already exists');
  }
  const space = {
    id: world.nextId('space'),
    parentId,
    identifier: given.identifier,
    description: given.description ?? '',
    created: world.now().getTime(),
    createdBy: by?.id ?? 0,
  };
  world.spaces.push(space);
  return space;
}

/** Makes an empty repository, with a bare one on the disk. @throws Refusal 400, 409 */
export async function createRepository(
  world: World,
  by: Principal,
  given: { parent: Space; identifier: string; description?: string; defaultBranch?: string },
): Promise<Repository> {
  const { parent, identifier, description = '', defaultBranch = 'main' } = given;
  checkIdentifier(identifier);
  checkFree(world, parent.id, identifier);
  const id = world.nextId('repository');
  const now = world.now().getTime();
  const repository: Repository = {
    id,
    parentId: parent.id,
    identifier,
    description,
    defaultBranch,
    archived: false,
    created: now,
    updated: now,
    createdBy: by.id,
    lastPush: 0,
    pullRequests: [],
    // By number: a rename or a move leaves the folder where it is.
    git: await createGitRepository(join(world.home, `${id}.git`), defaultBranch),
    turns: createTurns(),
  };
  world.repositories.push(repository);
  return repository;
}

/** Renames a repository, or moves it into another space. The host sends nothing for it. */
export function moveRepository(
  world: World,
  repository: Repository,
  given: { identifier?: string; parent?: Space },
): void {
  const identifier = given.identifier ?? repository.identifier;
  const parentId = given.parent?.id ?? repository.parentId;
  checkIdentifier(identifier);
  checkFree(world, parentId, identifier, repository);
  Object.assign(repository, { identifier, parentId, updated: world.now().getTime() });
}

/** The host sends nothing for an archived, described or deleted repository either. */
export function updateRepository(
  world: World,
  repository: Repository,
  given: { description?: string; archived?: boolean },
): void {
  repository.description = given.description ?? repository.description;
  repository.archived = given.archived ?? repository.archived;
  repository.updated = world.now().getTime();
}

/** Deletes softly: it is gone for everyone, and its webhooks with it. */
export function deleteRepository(world: World, repository: Repository): number {
  const deletedAt = world.now().getTime();
  repository.deletedAt = deletedAt;
  return deletedAt;
}

/** Names another branch as the default one. @throws Refusal 404 */
export async function setDefaultBranch(world: World, repository: Repository, branch: string): Promise<void> {
  if ((await repository.git.find(`refs/heads/${branch}`)) === undefined) {
    throw notFound(`branch "${branch}" not found`);
  }
  await repository.git.git(['symbolic-ref', 'HEAD', `refs/heads/${branch}`]);
  repository.defaultBranch = branch;
  repository.updated = world.now().getTime();
}
