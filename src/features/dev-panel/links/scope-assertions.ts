import type { z } from 'zod';
import type { RightReport } from '../../../kit/code-host.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { OpenedHost } from '../code-hosts.ts';
import type { Link } from './link-store.ts';
import type { levels } from './link-view.ts';

/** The paths of a link, each once; several only where they are projects. @throws request-invalid */
export function assertPaths(level: z.output<typeof levels>, given: string[]): string[] {
  const paths = [...new Set(given)];
  if (level === 'project' || paths.length === 1) return paths;
  throw new TielineError(
    'request-invalid',
    `A link of the level ${level} has one path, not ${paths.length}`,
    {
      fields: [{ path: 'paths', message: 'expected one path' }],
    },
  );
}

/**
 * A link keeps its scope for life; one of projects may gain and lose some, but keeps one of them.
 * @throws link-scope-fixed
 */
export function assertSameScope(link: Link, paths: string[]): void {
  const before = link.scopes.map(({ path }) => path);
  const same = link.level === 'project' || paths.join('\n') === before.join('\n');
  if (same) return;
  throw new TielineError(
    'link-scope-fixed',
    `The link "${link.name}" is tied to ${before.join(', ')} for good`,
  );
}

/**
 * A right that only webhooks need may be missing: the link then shows what stands in the way, and the address and the
 * secret for whoever registers them by hand.
 * @throws link-rights-missing naming each right that the token lacks
 */
export async function assertRights({ codeHost, connection }: OpenedHost, paths: string[]): Promise<void> {
  const reports = await Promise.all(paths.map((path) => codeHost.checkRights(connection, path)));
  const missing: RightReport[] = reports
    .flat()
    .filter(({ state, neededFor }) => state === 'missing' && neededFor === 'reading');
  if (missing.length === 0) return;
  throw new TielineError(
    'link-rights-missing',
    [...new Set(missing.map(({ message }) => message))].join('; '),
  );
}
