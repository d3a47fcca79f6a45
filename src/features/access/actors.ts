import { TielineError } from '../../kit/errors.ts';
import { ancestorsOf } from './scopes.ts';

/** Roles, least first; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'editor', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** A role in a scope; it counts in the scopes below as well. */
export interface RoleGrant {
  scope: string;
  role: Role;
}

/** A person, a service account, or an API token that belongs to neither. */
export interface Principal {
  kind: 'user' | 'service-account' | 'token';
  id: string;
  name: string;
  /** Empty for a user to whom no role was given yet. */
  grants: RoleGrant[];
  /** The API token by which a user or service account calls; absent for a session. */
  token?: { id: string; name: string };
}

/** A pipeline that calls with a connect key. */
export interface ConnectKeyActor {
  kind: 'connect-key';
  id: string;
  name: string;
  connectionId: string;
  /** Undefined: everything is allowed. */
  projects: string[] | undefined;
  kinds: string[] | undefined;
  environments: string[] | undefined;
}

export type Actor = Principal | ConnectKeyActor;

export const rankOf = (role: Role): number => roles.indexOf(role);

const kindNames: Record<Principal['kind'], string> = {
  user: 'user',
  'service-account': 'service account',
  token: 'token',
};

/** How an error names a principal: `the token "ci"`. */
export const titleOf = ({ kind, name }: Principal): string => `the ${kindNames[kind]} "${name}"`;

/** The caller, where only people, service accounts and API tokens may call. @throws permission-missing for a connect key */
export function principalOf(actor: Actor | undefined): Principal {
  if (actor !== undefined && actor.kind !== 'connect-key') return actor;
  throw new TielineError('permission-missing', 'This needs an API token or a signed-in user');
}

/** The highest role over a scope and those above it; undefined for none. */
export function roleIn(grants: readonly RoleGrant[], scope: string): Role | undefined {
  const ancestors = ancestorsOf(scope);
  return grants
    .filter((grant) => ancestors.includes(grant.scope))
    .map(({ role }) => role)
    .sort((one, other) => rankOf(other) - rankOf(one))[0];
}

/**
 * Asserts that a principal may act in a scope: its highest role there or in a scope above must do.
 * @throws permission-missing, naming the role that is needed.
 */
export function requireRole(actor: Actor | undefined, needed: Role, scope: string): void {
  const principal = principalOf(actor);
  const role = roleIn(principal.grants, scope);
  if (role === undefined) {
    throw new TielineError(
      'permission-missing',
      `No role in the scope ${scope} was given to ${titleOf(principal)}`,
    );
  }
  if (rankOf(role) < rankOf(needed)) {
    throw new TielineError(
      'permission-missing',
      `This needs the role ${needed} in ${scope}; ${titleOf(principal)} is ${role}`,
    );
  }
}

/** Whether a principal has a role, or a higher one, in a scope. */
export function hasRole(actor: Actor | undefined, role: Role, scope: string): boolean {
  if (actor === undefined || actor.kind === 'connect-key') return false;
  const has = roleIn(actor.grants, scope);
  return has !== undefined && rankOf(has) >= rankOf(role);
}

/** Whether a principal may look into a scope. */
export function maySee(actor: Actor | undefined, scope: string): boolean {
  return hasRole(actor, 'viewer', scope);
}

/**
 * The scopes in which a principal has a role, or at least the role named: what is in them or below them is its to see.
 * @throws permission-missing for a connect key
 */
export function scopesOf(actor: Actor | undefined, least: Role = 'viewer'): string[] {
  const { grants } = principalOf(actor);
  return [...new Set(grants.filter(({ role }) => rankOf(role) >= rankOf(least)).map(({ scope }) => scope))];
}

/** From where a principal's references are read: its only scope, else the account. */
export function homeScopeOf(actor: Actor | undefined): string {
  const [only, ...others] = scopesOf(actor);
  return others.length === 0 && only !== undefined ? only : 'account';
}
