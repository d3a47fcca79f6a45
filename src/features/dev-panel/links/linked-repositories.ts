import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { CodeHosts } from '../code-hosts.ts';
import { createShortMemory } from '../short-memory.ts';
import { findExclusion } from './link-filter.ts';
import type { Link } from './link-store.ts';

/** A host with thousands of repositories takes seconds to list them; a new one is found after this. */
const rememberMs = 60_000;

/** The repositories that links cover, by their hosts' word. */
export interface LinkedRepositories {
  /** Those that the link takes, by name; a minute old at most. @throws whatever the host's answer comes to */
  list(link: Link): Promise<RepositoryInfo[]>;
  /** One of them, by its id or its full name. @throws as list, resource-not-found */
  get(link: Link, idOrName: string): Promise<RepositoryInfo>;
}

/** Asks the hosts, and remembers their answers for a minute. */
export function createLinkedRepositories({
  codeHosts,
  now,
}: {
  codeHosts: CodeHosts;
  now(): Date;
}): LinkedRepositories {
  const remember = createShortMemory<RepositoryInfo[]>({ forMs: rememberMs, now });

  const ask = async (link: Link): Promise<RepositoryInfo[]> => {
    const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
    const found = new Map<string, RepositoryInfo>();
    for (const { path } of link.scopes) {
      for await (const repository of codeHost.repositories(connection, path)) {
        if (findExclusion(link, repository.name) === undefined) found.set(repository.id, repository);
      }
    }
    return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
  };
  // A link that was changed covers others.
  const list: LinkedRepositories['list'] = (link) =>
    remember(`${link.id} ${link.updatedAt.getTime()}`, () => ask(link));

  return {
    list,
    async get(link, idOrName) {
      const wanted = idOrName.toLowerCase();
      const repositories = await list(link);
      const found =
        repositories.find(({ id }) => id === idOrName) ??
        repositories.find(({ name }) => name.toLowerCase() === wanted);
      if (found !== undefined) return found;
      throw new TielineError(
        'resource-not-found',
        `The link "${link.name}" covers no repository "${idOrName}"`,
        { hint: 'Check its name, and which repositories the link includes.' },
      );
    },
  };
}
