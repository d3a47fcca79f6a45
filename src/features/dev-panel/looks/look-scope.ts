import type { Database } from '../../../database/index.ts';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { OpenedHost } from '../code-hosts.ts';
import { findExclusion } from '../links/link-filter.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { listRepositories } from '../memory/memory.ts';

/** What a link covers at the host now, and what it covered and does no longer. */
export interface ScopeComparison {
  covered: RepositoryInfo[];
  left: { repository: RepositoryInfo; reason: string }[];
}

/**
 * Compares the repositories that the host has in the link's scope with those that are remembered.
 * @throws as the code host does, link-rights-missing when a repository is absent and the token may not see the scope
 */
export async function compareScope(parts: {
  database: Database;
  links: LinkStore;
  link: Link;
  host: OpenedHost;
}): Promise<ScopeComparison> {
  const { database, links, link, host } = parts;
  /** Why the link has nothing to do with it; undefined when it covers it. */
  const reasonAgainst = async ({ name }: RepositoryInfo): Promise<string | undefined> => {
    const exclusion = findExclusion(link, name);
    if (exclusion !== undefined) return exclusion;
    if ((await links.findNearest(host.address, name)) === link.id) return undefined;
    return `${name} is covered by another link, or by none`;
  };

  const found = new Map<string, RepositoryInfo>();
  for (const { path } of link.scopes) {
    for await (const repository of host.codeHost.repositories(host.connection, path)) {
      if ((await reasonAgainst(repository)) === undefined) found.set(repository.id, repository);
    }
  }
  const left: ScopeComparison['left'] = [];
  for (const repository of await listRepositories(database.kysely, link.id)) {
    if (found.has(repository.id)) continue;
    const current = await findByName(host, repository);
    if (current === undefined) {
      await assertSight(link, host);
      left.push({ repository, reason: 'it is not there any more' });
      continue;
    }
    const reason = await reasonAgainst(current);
    // The list may have lost it while its pages moved.
    if (reason === undefined) found.set(current.id, current);
    else left.push({ repository, reason });
  }
  return { covered: [...found.values()], left };
}

/** The repository by its old name, or where the host sends whoever asks for that; undefined when there is none. */
async function findByName(
  { codeHost, connection }: OpenedHost,
  repository: RepositoryInfo,
): Promise<RepositoryInfo | undefined> {
  try {
    const touched = { kind: 'repository', repository, change: 'renamed' } as const;
    const { repository: found } = await codeHost.load(connection, touched, { trust: false });
    return found.id === repository.id ? found : undefined;
  } catch (thrown) {
    const status = thrown instanceof TielineError ? thrown.details.status : undefined;
    if (status === 404 || status === 410) return undefined;
    throw thrown;
  }
}

/** A token that lost its rights sees no repository either; nothing may be withdrawn for that. */
async function assertSight(link: Link, { codeHost, connection }: OpenedHost): Promise<void> {
  for (const { path } of link.scopes) {
    const reports = await codeHost.checkRights(connection, path);
    const missing = reports.find(({ state }) => state === 'missing');
    if (missing !== undefined) throw new TielineError('link-rights-missing', missing.message);
  }
}
