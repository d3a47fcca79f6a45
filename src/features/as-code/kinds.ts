import { connectKeyKind } from './kinds/connect-key.ts';
import { connectionKind } from './kinds/connection.ts';
import { groupRoleKind } from './kinds/group-role.ts';
import { linkKind } from './kinds/link.ts';
import { roleKind } from './kinds/role.ts';
import { secretKind } from './kinds/secret.ts';
import { serviceAccountKind } from './kinds/service-account.ts';
import type { ResourceKind } from './resource.ts';

/** Every kind that files may hold, in the order of an export. */
export const kinds: ResourceKind[] = [
  secretKind,
  connectionKind,
  connectKeyKind,
  linkKind,
  serviceAccountKind,
  roleKind,
  groupRoleKind,
];

export const kindNames = kinds.map(({ kind }) => kind);

/** The kind of a document that was read. */
export function getKind(name: string): ResourceKind {
  const kind = kinds.find((candidate) => candidate.kind === name);
  if (kind === undefined) throw new TypeError(`no kind ${name}`);
  return kind;
}
