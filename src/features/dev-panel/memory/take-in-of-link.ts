import { type Kysely, sql } from 'kysely';
import { prepared, type Schema } from '../../../database/index.ts';
import { findExclusion, type RepositoryFilter } from '../links/link-filter.ts';
import { newestOf, type Sighting } from './sighting.ts';
import { type TakenIn, takeAway, takeIn } from './take-in.ts';

/**
 * Takes in what a code host says by the rules that the link has at this moment: they may have changed since the host was
 * asked. They stay so until the caller's transaction ends, so that whoever follows a change sees all that was taken in
 * before it. Of a link that is gone or being disconnected nothing is taken in.
 */
export async function takeInOfLink(
  trx: Kysely<Schema>,
  { linkId, sightings }: { linkId: string; sightings: [Sighting, ...Sighting[]] },
): Promise<TakenIn> {
  const found = await sql<RepositoryFilter & { projects: string[] | null }>`${prepared}
    select projects, include_repositories as "includeRepositories", exclude_repositories as "excludeRepositories"
    from links where id = ${linkId}::uuid and disconnecting_since is null for share`.execute(trx);
  const [rules] = found.rows;
  if (rules === undefined) return { tellings: [], looked: 0 };
  const { info, at } = newestOf(sightings);
  const { repository } = info;
  if (findExclusion(rules, repository.name) !== undefined) {
    return { tellings: await takeAway(trx, { linkId, repository, at }), looked: 0 };
  }
  return takeIn(trx, { linkId, projects: rules.projects, sightings });
}
