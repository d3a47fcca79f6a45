import { JqlError, parseJql } from '../platform/jql.ts';
import { findByQuery } from '../platform/jql-match.ts';
import type { Issue } from '../platform/platform.ts';
import { maySee } from '../platform/visibility.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { AdminWebhook, DynamicWebhook } from './webhook-store.ts';

/** What happened, as far as it decides who is told. */
export interface Subject {
  event: string;
  issue?: Issue;
  /** Ids of the fields that changed. */
  changed?: string[];
}

/** The filter of a webhook applies to these alone, whatever else it is registered for. */
const isFiltered = (event: string) => event.startsWith('jira:issue_') || event.startsWith('comment_');

function fits(
  world: World,
  account: SeedAccount | undefined,
  jql: string,
  { event, issue }: Subject,
): boolean {
  if (jql.trim() === '' || !isFiltered(event)) return true;
  if (issue === undefined) return false;
  try {
    const asker = { world, account, indexed: [issue], warnings: [] };
    return findByQuery(asker, parseJql(jql)).length > 0;
  } catch (error) {
    // Nobody is there to be told that the filter is none.
    if (error instanceof JqlError) return false;
    throw error;
  }
}

/** The webhooks of administrators that are told. */
export function adminWebhooksFor(world: World, subject: Subject): AdminWebhook[] {
  return [...world.webhooks.admin.values()].filter(
    (one) =>
      one.enabled && one.events.includes(subject.event) && fits(world, one.updatedBy, one.jql, subject),
  );
}

/** The webhooks of apps that are told: only of what the person who consented may see. */
export function dynamicWebhooksFor(world: World, subject: Subject): DynamicWebhook[] {
  const { event, issue, changed = [] } = subject;
  return [...world.webhooks.dynamic.values()].filter((one) => {
    if (!one.events.includes(event) || one.expiresAt <= world.now()) return false;
    const account = world.seed.accounts.find(({ email }) => email === one.email);
    if (issue !== undefined && !maySee(world, account, issue.project)) return false;
    const wanted = event === 'jira:issue_updated' ? one.fieldIdsFilter : undefined;
    if (wanted !== undefined && !wanted.some((id) => changed.includes(id))) return false;
    return fits(world, account, one.jqlFilter, subject);
  });
}
