import type { DevInfo } from '../../../kit/dev-info.ts';
import {
  findRepository,
  listShown,
  type Place,
  type Remembered,
  reviveBranch,
  reviveCommit,
  revivePullRequest,
} from '../memory/memory.ts';
import type { RepositoryLook } from './look-repository.ts';

/** So many branches, commits and pull requests are told anew in one transaction. */
const atOnce = 200;

/**
 * Tells everything that is shown of a repository anew where it has another name or address than at the last look. The
 * host is not asked again: every page of a repository lies below its address.
 */
export async function retell(look: RepositoryLook): Promise<void> {
  const { database, link, steps, repository, mark, now } = look;
  const place: Place = { linkId: link.id, repositoryId: repository.id };
  const before = mark?.info ?? (await findRepository(database.kysely, place));
  if (before === undefined || (before.name === repository.name && before.url === repository.url)) return;
  const at = now();
  const shown = await listShown(database.kysely, place);
  for (let from = 0; from < shown.length; from += atOnce) {
    const rows = shown.slice(from, from + atOnce).map((row) => moved(row, before.url, repository.url));
    await steps.retell(infoOf(rows, repository), at);
  }
}

/** The same with every address below another one. */
function moved(row: Remembered, from: string, to: string): Remembered {
  const below = `${from}/`;
  const text = JSON.stringify(row.content, (_name, value) =>
    typeof value === 'string' && value.startsWith(below) ? `${to}/${value.slice(below.length)}` : value,
  );
  return { ...row, content: JSON.parse(text) };
}

function infoOf(rows: Remembered[], repository: DevInfo['repository']): DevInfo {
  const of = (kind: Remembered['kind']) =>
    rows.filter((row) => row.kind === kind).map(({ content }) => content);
  return {
    repository,
    branches: of('branch').map(reviveBranch),
    commits: of('commit').map(reviveCommit),
    pullRequests: of('pull-request').map(revivePullRequest),
    gone: [],
  };
}
