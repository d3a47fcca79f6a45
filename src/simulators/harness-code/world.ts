import type { GitRepository } from './git/repository.ts';
import type { PullRequest } from './pull-request.ts';
import { notFound } from './refusal.ts';
import type { Turns } from './turns.ts';
import type { Webhook } from './webhooks/webhook.ts';

/** The two names under which the product answers: the open one, and the hosted one. */
export type Identity = 'Gitness' | 'Harness';

/** What a member of a space may do, and so in all spaces and repositories below it. */
export const roles = ['reader', 'executor', 'contributor', 'space_owner'] as const;
export type Role = (typeof roles)[number];

/** A person or a service account. All times are milliseconds since 1970, as in the API. */
export interface Principal {
  id: number;
  uid: string;
  displayName: string;
  email: string;
  type: 'user' | 'serviceaccount' | 'service';
  /** May do everything: on Harness an Account Admin. */
  admin: boolean;
  created: number;
  updated: number;
  token: string;
  /** Its token is over. */
  expired: boolean;
  memberships: { spaceId: number; role: Role; created: number }[];
}

/** An account, an organization or a project. */
export interface Space {
  id: number;
  /** 0 at the top. */
  parentId: number;
  identifier: string;
  description: string;
  created: number;
  createdBy: number;
}

/** A repository and its pull requests; the rest is git's. */
export interface Repository {
  id: number;
  parentId: number;
  identifier: string;
  description: string;
  defaultBranch: string;
  archived: boolean;
  created: number;
  updated: number;
  createdBy: number;
  /** 0 while it is empty. */
  lastPush: number;
  deletedAt?: number;
  pullRequests: PullRequest[];
  git: GitRepository;
  /** Whoever changes something waits for its turn here. */
  turns: Turns;
}

/** Everything that the simulated host knows. */
export interface World {
  identity: Identity;
  now: () => Date;
  /** Where the host answers, without a slash at the end. */
  url: () => string;
  /** The folder of the repositories. */
  home: string;
  /** The host itself: it commits what is done on its pages. */
  system: { name: string; email: string };
  principals: Principal[];
  spaces: Space[];
  repositories: Repository[];
  webhooks: Webhook[];
  nextId: (kind: string) => number;
  pathOf: (place: Pick<Space, 'parentId' | 'identifier'>) => string;
  /** By path or by number. @throws Refusal 404 */
  getSpace: (ref: string) => Space;
  getRepository: (ref: string) => Repository;
  /** @throws Refusal 404 */
  getPrincipal: (id: number) => Principal;
  /** The space itself and those above it, the nearest first. */
  listLine: (spaceId: number) => Space[];
}

/** An empty host. */
export function createWorld(parts: Pick<World, 'identity' | 'now' | 'url' | 'home'>): World {
  const ids = new Map<string, number>();
  const spaces: Space[] = [];
  const repositories: Repository[] = [];
  const principals: Principal[] = [];
  const listLine: World['listLine'] = (spaceId) => {
    const space = spaces.find((one) => one.id === spaceId);
    return space === undefined ? [] : [space, ...listLine(space.parentId)];
  };
  const pathOf: World['pathOf'] = ({ parentId, identifier }) =>
    [
      ...listLine(parentId)
        .map((space) => space.identifier)
        .reverse(),
      identifier,
    ].join('/');
  const find = <T extends { id: number; parentId: number; identifier: string }>(all: T[], ref: string) =>
    /^\d+$/.test(ref)
      ? all.find((one) => one.id === Number(ref))
      : all.find((one) => pathOf(one).toLowerCase() === ref.replace(/^\/|\/$/g, '').toLowerCase());
  return {
    ...parts,
    system: { name: parts.identity, email: `system@${parts.identity.toLowerCase()}.example` },
    principals,
    spaces,
    repositories,
    webhooks: [],
    nextId(kind) {
      const id = (ids.get(kind) ?? 0) + 1;
      ids.set(kind, id);
      return id;
    },
    pathOf,
    getSpace(ref) {
      const space = find(spaces, ref);
      if (space === undefined) throw notFound();
      return space;
    },
    getRepository(ref) {
      const living = repositories.filter((one) => one.deletedAt === undefined);
      const repository = find(living, ref);
      if (repository === undefined) throw notFound();
      return repository;
    },
    getPrincipal(id) {
      const principal = principals.find((one) => one.id === id);
      if (principal === undefined) throw notFound();
      return principal;
    },
    listLine,
  };
}
