import { refuseFields } from '../answer.ts';
import { isObject } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { addComment } from './comments.ts';
import { addIssueLink } from './issue-links.ts';
import type { Issue } from './platform.ts';
import { addWorklog } from './worklogs.ts';

const adders: Record<
  string,
  (world: World, api: string, issue: Issue, account: SeedAccount, value: Record<string, unknown>) => unknown
> = {
  comment: addComment,
  worklog: addWorklog,
  issuelinks: (world, _api, issue, account, value) => addIssueLink(world, account, value, issue),
};

/**
 * Does what `update` adds to an issue: comments, worklogs and links. Throws 400 for what is none, and for what is not on
 * the screen of the one who asks.
 */
export function addFromUpdate(
  world: World,
  api: string,
  issue: Issue,
  account: SeedAccount,
  update: Record<string, unknown>,
  onScreen: (id: string) => boolean,
): void {
  for (const [id, add] of Object.entries(adders)) {
    const operations = update[id];
    if (operations === undefined) continue;
    if (!onScreen(id)) {
      throw refuseFields({
        [id]: `Field '${id}' cannot be set. It is not on the appropriate screen, or unknown.`,
      });
    }
    if (!Array.isArray(operations)) throw refuseFields({ [id]: 'data was not an array' });
    for (const operation of operations) {
      const value = isObject(operation) ? operation.add : undefined;
      if (!isObject(value)) {
        throw refuseFields({ [id]: `The simulator only knows the operation 'add' for ${id}.` });
      }
      add(world, api, issue, account, value);
    }
  }
}
