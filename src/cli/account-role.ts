/** A role of a user or a service account, as the hub shows it. */
export interface RoleView {
  scope: string;
  role: string;
  source: 'person' | 'group';
}

/** Roles in a cell of a table: `administrator, viewer in acme/shop`. */
export const rolesText = (roles: RoleView[]): string =>
  roles.map(({ scope, role }) => (scope === 'account' ? role : `${role} in ${scope}`)).join(', ') || 'none';

/** Where the API has whoever is named: an e-mail address is a user's, all else is a service account's. */
export const accountPath = (who: string): string =>
  `/api/v1/${who.includes('@') ? 'users' : 'service-accounts'}/${encodeURIComponent(who)}`;

export const roleNames = ['viewer', 'operator', 'editor', 'administrator'];
