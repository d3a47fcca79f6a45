import { TielineError } from '../../kit/errors.ts';
import { ancestorsOf } from './scopes.ts';

/** Roles, least first; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'editor', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Who calls the API by token. */
export interface TokenActor {
  kind: 'token';
  id: string;
  name: string;
  role: Role;
  scope: string;
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

export type Actor = TokenActor | ConnectKeyActor;

const rank = (role: Role): number => roles.indexOf(role);

/**
 * Asserts that a token may act in a scope: its own scope must be that scope or one above it.
 * @throws permission-missing, naming the role that is needed.
 */
export function requireRole(actor: Actor | undefined, needed: Role, scope: string): void {
  if (actor?.kind !== 'token') {
    throw new TielineError('permission-missing', `This needs an API token with the role ${needed}`);
  }
  if (!ancestorsOf(scope).includes(actor.scope)) {
    throw new TielineError(
      'permission-missing',
      `The token "${actor.name}" has no role in the scope ${scope}`,
    );
  }
  if (rank(actor.role) < rank(needed)) {
    throw new TielineError(
      'permission-missing',
      `This needs the role ${needed}; the token "${actor.name}" is ${actor.role}`,
    );
  }
}

/** Whether a token has a role, or a higher one, in a scope. */
export function hasRole(actor: Actor | undefined, role: Role, scope: string): boolean {
  return actor?.kind === 'token' && maySee(actor, scope) && rank(actor.role) >= rank(role);
}

/** The scope of a token: what is in it or below it is the token's to see. @throws permission-missing for a connect key */
export function scopeOf(actor: Actor | undefined): string {
  if (actor?.kind === 'token') return actor.scope;
  throw new TielineError('permission-missing', 'This needs an API token');
}

/** Whether a token may look into a scope. */
export function maySee(actor: Actor | undefined, scope: string): boolean {
  return actor?.kind === 'token' && ancestorsOf(scope).includes(actor.scope);
}
