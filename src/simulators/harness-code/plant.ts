import type { Host } from './actions/host.ts';
import { openPull } from './actions/pull-requests.ts';
import { push } from './actions/refs.ts';
import { createRepository, createSpace } from './actions/repositories.ts';
import type { Seed } from './seed.ts';
import type { Principal, Space, World } from './world.ts';

/** The space at a path; it and those above it are made when they are not there. */
function spaceAt(world: World, path: string): Space {
  let parent: Space | undefined;
  for (const identifier of path.split('/')) {
    const parentId = parent?.id ?? 0;
    const known = world.spaces.find((one) => one.parentId === parentId && one.identifier === identifier);
    parent = known ?? createSpace(world, world.principals[0], { parent, identifier });
  }
  if (parent === undefined) throw new Error(`${path} is no path of a space`);
  return parent;
}

function addAccounts(world: World, seed: Seed): Principal {
  const now = world.now().getTime();
  for (const { uid, displayName, email, token, type, admin } of seed.accounts) {
    const principal = { uid, displayName, email, token, type, admin, created: now, updated: now };
    const id = world.nextId('principal');
    world.principals.push({ id, ...principal, expired: false, memberships: [] });
  }
  const [first] = world.principals;
  if (first === undefined) throw new Error('a seed needs an account');
  return first;
}

/** Makes everything that a seed names, by its first account, before any webhook can hear of it. */
export async function plant(host: Host, seed: Seed): Promise<void> {
  const { world } = host;
  const by = addAccounts(world, seed);
  for (const { path, description } of seed.spaces) spaceAt(world, path).description = description;
  for (const one of seed.repositories) {
    const cut = one.path.lastIndexOf('/');
    const parent = spaceAt(world, one.path.slice(0, cut));
    const { description, defaultBranch } = one;
    const identifier = one.path.slice(cut + 1);
    const repository = await createRepository(world, by, { parent, identifier, description, defaultBranch });
    const act = { repository, by };
    if (Object.keys(one.files).length > 0) {
      await push(host, act, {
        branch: defaultBranch,
        commits: [{ message: 'Initial commit', files: one.files }],
      });
    }
    for (const { name, commits } of one.branches) await push(host, act, { branch: name, commits });
    for (const { title, description: text, source, target, draft } of one.pullRequests) {
      const given = { title, description: text, sourceBranch: source, targetBranch: target, isDraft: draft };
      await openPull(host, act, given);
    }
  }
  for (const [index, account] of seed.accounts.entries()) {
    const memberships = account.memberships.map(({ space, role }) => ({
      spaceId: spaceAt(world, space).id,
      role,
      created: world.now().getTime(),
    }));
    world.principals[index]?.memberships.push(...memberships);
  }
}
