import { createHash } from 'node:crypto';
import type { SeenIssue } from '../../../kit/jira-issues.ts';

/**
 * What an issue is known by from look to look: all that a wait reads of it. The moment of the last change is left out: a
 * self-hosted Jira may count whole seconds, and a change elsewhere in the issue is of no interest.
 */
export function fingerprintOf({ key, fields }: SeenIssue, wanted = Object.keys(fields)): string {
  const names = wanted.filter((name) => name !== 'updated').toSorted();
  const content = names.map((name) => [name, fields[name] ?? null]);
  return createHash('sha256')
    .update(JSON.stringify([key, content]))
    .digest('base64url');
}
