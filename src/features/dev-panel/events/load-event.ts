import type { Database } from '../../../database/index.ts';
import type { Touched } from '../../../kit/code-host.ts';
import type { CommitInfo } from '../../../kit/dev-info.ts';
import type { OpenedHost } from '../code-hosts.ts';
import type { Link } from '../links/link-store.ts';
import { loadAhead, loadGap } from '../looks/gap.ts';
import { type Head, recallHeads } from '../memory/memory.ts';
import type { Sighting } from '../memory/sighting.ts';

/** Heads of branches by name, as the memory will have them once all that was loaded is taken in. */
export type Heads = Map<string, Head>;

/** The heads of the branches that hooks are about, as far as they are remembered. All are of one repository. */
export async function findHeads(database: Database, linkId: string, touched: Touched[]): Promise<Heads> {
  const [repositoryId] = touched.map(({ repository }) => repository.id);
  if (repositoryId === undefined) return new Map();
  const names = new Set(touched.map(branchOf).filter((name) => name !== undefined));
  return recallHeads(database.kysely, { linkId, repositoryId }, [...names]);
}

/**
 * What a hook touched, completed at its host; with the commits of pushes that no hook told of. The heads follow. What the
 * host is asked for tells of the moment at which it is asked, and what goes on from a head of no older one than that:
 * hooks bear the moments at which they came, and each may have come by another way.
 * @throws as the code host does
 */
export async function loadEvent(
  parts: { database: Database; link: Link; host: OpenedHost; heads: Heads; now(): Date },
  touched: Touched & { at: Date },
): Promise<Sighting> {
  const { host, heads, now } = parts;
  const known = heads.get(branchOf(touched) ?? '');
  const trust = isNext(touched, known?.sha);
  const at = latestOf([touched.at, ...(known === undefined ? [] : [known.asOf]), ...(trust ? [] : [now()])]);
  const loaded = await host.codeHost.load(host.connection, touched, { trust });
  const missed = await loadGap(parts, touched, known?.sha);
  const ahead = await loadAhead(host, touched, loaded, known?.sha);
  for (const { name, head } of loaded.branches) heads.set(name, { sha: head.sha, asOf: at });
  for (const { kind, id } of loaded.gone) if (kind === 'branch') heads.delete(id);
  return { info: { ...loaded, commits: joinCommits([missed, ahead, loaded.commits]) }, at };
}

const latestOf = (moments: Date[]): Date => new Date(Math.max(...moments.map(Number)));

function branchOf(touched: Touched): string | undefined {
  if (touched.kind === 'push') return touched.branch;
  return touched.kind === 'branch' ? touched.name : undefined;
}

/**
 * Whether a push goes on from where the memory of the branch is. If not, one is missing, comes twice, or comes late, and
 * only the host knows how the branch stands now. A deletion is never taken at its word: the branch may be there again.
 */
function isNext(touched: Touched, known: string | undefined): boolean {
  return touched.kind === 'push' && known !== undefined && known === touched.before;
}

/** Each commit once. */
export const joinCommits = (commits: CommitInfo[][]): CommitInfo[] => [
  ...new Map(commits.flat().map((commit) => [commit.sha, commit])).values(),
];
