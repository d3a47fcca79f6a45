import type { BranchInfo, RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { ChangeOrigin, Changes } from '../../access/index.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { Link } from '../links/link-store.ts';
import type { LinkedRepositories } from '../links/linked-repositories.ts';
import { findNameRefusal } from './branch-name.ts';

/** Whoever needs an older one is quicker at the host itself. */
const mostOffered = 100;

/** Makes branches at code hosts. */
export interface Branches {
  /** Branches to begin from: the default one first, then those that changed last. @throws whatever the host answers */
  listBases(link: Link, repository: RepositoryInfo): Promise<string[]>;
  /**
   * Makes a branch and writes that into the audit log.
   * @throws request-invalid for a name that git does not take, name-taken, resource-not-found for a repository that
   * the link does not cover, whatever the host answers
   */
  create(
    origin: ChangeOrigin,
    wanted: { link: Link; repository: string; name: string; from: string | undefined },
  ): Promise<{ repository: RepositoryInfo; branch: BranchInfo; from: string }>;
}

/** Branches of linked hosts. */
export function createBranches({
  codeHosts,
  repositories,
  changes,
}: {
  codeHosts: CodeHosts;
  repositories: LinkedRepositories;
  changes: Changes;
}): Branches {
  return {
    async listBases(link, repository) {
      const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
      const names = new Set(repository.defaultBranch === undefined ? [] : [repository.defaultBranch]);
      for await (const { info } of codeHost.history(connection, repository, 'branches', {})) {
        for (const { name } of info.branches) names.add(name);
        if (names.size >= mostOffered) break;
      }
      return [...names].slice(0, mostOffered);
    },
    async create(origin, { link, repository: idOrName, name, from }) {
      const refusal = findNameRefusal(name);
      if (refusal !== undefined) {
        throw new TielineError('request-invalid', `A branch cannot be named "${name}": the name ${refusal}`, {
          hint: 'Choose another name.',
          fields: [{ path: 'name', message: refusal }],
        });
      }
      const repository = await repositories.get(link, idOrName);
      const base = from ?? repository.defaultBranch;
      if (base === undefined) {
        throw new TielineError('request-invalid', `${repository.name} has no default branch to begin from`, {
          hint: 'Name the branch to begin from.',
          fields: [{ path: 'from', message: 'is needed' }],
        });
      }
      const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
      const branch = await codeHost.createBranch(connection, repository, { name, from: base });
      await changes.make(origin, ({ note }) =>
        note({
          action: 'branch.created',
          scope: link.scope,
          subject: { kind: 'branch', id: `${repository.id} ${name}`, name },
          details: { repository: repository.name, from: base, link: link.name, linkId: link.id },
        }),
      );
      return { repository, branch, from: base };
    },
  };
}
