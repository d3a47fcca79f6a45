import type { Database } from '../../../database/index.ts';
import type { RightReport } from '../../../kit/code-host.ts';
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
  /** Of a path that the host does not show, while nobody knows whether it is gone: nothing of it is in `left`. */
  problem: TielineError | undefined;
}

/**
 * Compares the repositories that the host has in the link's scope with those that are remembered.
 * A path that is gone holds nothing any more.
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
  /** The paths that the host does not show, each with the doubt whether it is gone. */
  const absent = new Map<string, TielineError | undefined>();
  for (const { path } of link.scopes) {
    try {
      for await (const repository of host.codeHost.repositories(host.connection, path)) {
        if ((await reasonAgainst(repository)) === undefined) found.set(repository.id, repository);
      }
    } catch (thrown) {
      if (!isNotThere(thrown)) throw thrown;
      absent.set(path, await findDoubt(host, path));
    }
  }
  const left: ScopeComparison['left'] = [];
  for (const repository of await listRepositories(database.kysely, link.id)) {
    if (found.has(repository.id)) continue;
    const current = await findByName(host, repository);
    if (current === undefined) {
      const path = [...absent.keys()].find((one) => `${repository.name}/`.startsWith(`${one}/`));
      if (path !== undefined && absent.get(path) !== undefined) continue;
      if (path === undefined) await assertSight(link, host, absent);
      left.push({ repository, reason: `${path ?? 'it'} is not there any more` });
      continue;
    }
    const reason = await reasonAgainst(current);
    // The list may have lost it while its pages moved.
    if (reason === undefined) found.set(current.id, current);
    else left.push({ repository, reason });
  }
  const problem = [...absent.values()].find((doubt) => doubt !== undefined);
  return { covered: [...found.values()], left, problem };
}

function isNotThere(thrown: unknown): boolean {
  const status = thrown instanceof TielineError ? thrown.details.status : undefined;
  return status === 404 || status === 410;
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
    if (isNotThere(thrown)) return undefined;
    throw thrown;
  }
}

/** A token that lost its rights sees no repository either; nothing may be withdrawn for that. */
async function assertSight(
  link: Link,
  { codeHost, connection }: OpenedHost,
  absent: Map<string, unknown>,
): Promise<void> {
  for (const { path } of link.scopes) {
    if (absent.has(path)) continue;
    const reports = await codeHost.checkRights(connection, path);
    const missing = reports.find(({ state }) => state === 'missing');
    if (missing !== undefined) throw new TielineError('link-rights-missing', missing.message);
  }
}

/**
 * Why a path that the host does not show may be there nevertheless: hosts say the same of what is gone and of what a token
 * may not see. Undefined where the token administers what the path lay in: that sees all of it.
 * @throws as the code host does
 */
async function findDoubt(host: OpenedHost, path: string): Promise<TielineError | undefined> {
  const above = path.split('/').slice(0, -1).join('/');
  const reports = above === '' ? [] : await checkAbove(host, above);
  const missing = reports.find(({ state }) => state === 'missing');
  const administers = reports.some(({ neededFor, state }) => neededFor === 'webhooks' && state === 'ok');
  if (missing === undefined && administers) return undefined;
  const why = missing === undefined ? '' : `: ${missing.message}`;
  const message = `The host shows no ${path}: it is gone, or the token may not see it, and which of them it does not tell${why}`;
  const hint = `If ${path} was deleted, take it from the link, or disconnect the link; else let the token see it.`;
  return new TielineError('link-rights-missing', message, { hint });
}

async function checkAbove({ codeHost, connection }: OpenedHost, above: string): Promise<RightReport[]> {
  try {
    return await codeHost.checkRights(connection, above);
  } catch (thrown) {
    if (isNotThere(thrown)) return [];
    throw thrown;
  }
}
