import { projectOf } from '../../kit/issue-keys.ts';
import { text } from '../../kit/paging.ts';
import type { Hold } from '../../work/index.ts';
import type { ConnectKey } from '../ci-reports/index.ts';
import type { DeliveryView } from '../deliveries/index.ts';
import type { Link } from '../dev-panel/index.ts';
import { type EntityView, type ExplanationView, nameOf, outcomeFor } from './explanation.ts';

type Outcome = DeliveryView['issues'][number]['outcome'];
type Holds = NonNullable<EntityView['jira']>['holds'];
type Shown = ExplanationView['deliveries'][number];

/** How deliveries that did not link the issue are explained; what is not here still goes on by itself. */
const sentences: Partial<Record<Outcome, (issue: string, delivery: Shown) => string>> = {
  unknown: (issue, { connection }) =>
    `Jira (${named(connection)}) knows no issue ${issue}: it was moved or deleted, is not made yet, or the key is mistyped. Once it is there, replay the delivery.`,
  'not-allowed': (issue, { connectKey, connectKeyId }) =>
    connectKeyId === null
      ? `A link does not take the project ${projectOf(issue)}, so what names ${issue} there was not sent for it: tieline link list`
      : `The connect key ${named(connectKey)} does not allow the project ${projectOf(issue)}, so its reports were not sent for ${issue}.`,
  'left-out': (issue) => `${issue} was left out of a report that names more issues than Jira takes for one.`,
  rejected: (issue, delivery) =>
    `${delivery.summary}: ${delivery.error?.message ?? rejectionOf(issue, delivery)}`,
  'not-sent': (_issue, { summary, state, reason, error }) =>
    `${summary}: not sent (${state}): ${reason ?? error?.message ?? 'no reason is kept'}`,
};

/** Jira's own words on an issue of a delivery whose other issues it took. */
function rejectionOf(issue: string, { issues }: DeliveryView): string {
  const message = issues.find(({ key }) => key === issue)?.message;
  return `Jira refused to show it on ${issue}${message ? `: ${message}` : '.'}`;
}

const named = (one: { id: string; name: string | null } | null): string =>
  one === null ? 'unknown' : `"${one.name ?? one.id}"`;

/** How it is explained that Jira took a state for the issue and holds another now, or none. */
const heldSentences: Partial<Record<Holds, (entity: EntityView) => string>> = {
  nothing: ({ summary }) =>
    `${summary}: Jira took it and holds nothing of it: it was deleted there, or is not stored yet. If it lasts, replay the delivery.`,
  older: ({ summary, jira }) =>
    `${summary}: Jira took it and holds an older state (${jira?.state}): it stores a little later than it takes. If it lasts, replay the delivery.`,
  newer: ({ summary, jira }) =>
    `${summary}: Jira took it and dropped it, for it holds a newer state (${jira?.state}), which came another way: straight from a pipeline, or through another connection.`,
};

/** Why something is not on the issue, from what was reported, newest first: each sentence once. */
export function notesOfDeliveries(issue: string, deliveries: Shown[], entities: EntityView[]): string[] {
  const gone = entities
    .filter(({ outcome }) => outcome === 'not-named')
    .map(
      ({ summary }) =>
        `${summary}: this newest state no longer names ${issue}, so Jira shows it there no more.`,
    );
  const lost = entities.flatMap((entity) => {
    const sentence = entity.outcome === 'linked' && entity.jira && heldSentences[entity.jira.holds];
    return sentence ? [sentence(entity)] : [];
  });
  const sitesThatKnowIt = new Set<string | null>();
  const unlinked = deliveries.flatMap((delivery) => {
    const outcome = delivery.state === 'superseded' ? undefined : outcomeFor(delivery, issue);
    if (outcome === 'linked') sitesThatKnowIt.add(delivery.connectionId);
    // Jira did not know it then, and does since.
    const outdated = outcome === 'unknown' && sitesThatKnowIt.has(delivery.connectionId);
    const sentence = outcome && !outdated ? sentences[outcome] : undefined;
    return sentence === undefined ? [] : [sentence(issue, delivery)];
  });
  return [...new Set([...gone, ...lost, ...unlinked])];
}

/** Why reports wait that name an issue, by the connections that are held. */
export function notesOfHolds(holds: Hold[], connectionNames: Map<string, string>): string[] {
  return holds.map(
    ({ connectionId, since, message, hint }) =>
      `What goes through ${named(nameOf(connectionId, connectionNames))} is held since ${text(since)}: ${message}. ${hint} It goes out by itself once that is repaired.`,
  );
}

/** Why nothing was ever reported for an issue: from the connections and the valid connect keys that there are. */
export function notesOfNothing(issue: string, connections: { name: string }[], keys: ConnectKey[]): string[] {
  const project = projectOf(issue);
  const names = connections.map(({ name }) => `"${name}"`).join(', ');
  if (connections.length === 0) {
    return ['There is no Jira connection that this token may see, so nothing could be reported.'];
  }
  if (keys.length === 0) {
    return [`Of the Jira connections (${names}) none has a valid connect key, so no pipeline can report.`];
  }
  const allowing = keys.filter(({ projects }) => projects === null || projects.includes(project));
  if (allowing.length === 0) {
    const rules = keys.map(({ name, projects }) => `"${name}" allows ${projects?.join(', ')}`);
    return [`No valid connect key allows the project ${project}: ${rules.join('; ')}.`];
  }
  const uses = allowing.map(
    ({ name, lastUsedAt }) =>
      `"${name}" (${lastUsedAt === null ? 'never used' : `last used ${text(lastUsedAt)}`})`,
  );
  return [
    `No report named ${issue}. Connect keys that may report it: ${uses.join(', ')}.`,
    'A pipeline finds keys in the pull request’s title, the commit message, the branch and the tag; `tieline report --dry-run` shows what it finds. A report that is refused at once (wrong site, kind or environment) leaves nothing here, and what is older than 180 days is no longer kept.',
  ];
}

/** Which links to code hosts would show a branch, a commit or a pull request that names an issue. */
export function notesOfLinks(
  issue: string,
  links: Pick<Link, 'name' | 'scopes' | 'projects' | 'lastHookAt'>[],
): string[] {
  const project = projectOf(issue);
  const taking = links.filter(({ projects }) => projects === null || projects.includes(project));
  if (links.length === 0) return [];
  if (taking.length === 0) return [`No link to a code host takes the project ${project}: tieline link list`];
  const which = taking.map(({ name, scopes, lastHookAt }) => {
    const paths = scopes.map(({ path }) => path).join(', ');
    return `"${name}" (${paths}; ${lastHookAt === null ? 'no webhook has come yet' : `last webhook ${text(lastHookAt)}`})`;
  });
  return [
    `No branch, commit or pull request named ${issue}, as far as the links that take it have heard: ${which.join(', ')}.`,
  ];
}
