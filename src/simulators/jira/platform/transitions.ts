import { refuse, refuseFields } from '../answer.ts';
import { isObject, type Route, type RouteRequest } from '../route.ts';
import type { Seed, SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import { changeFields, changeStatus, noteHistory } from './change-issue.ts';
import type { FieldContext } from './fields/element.ts';
import { showFieldMeta } from './fields/field-meta.ts';
import { readFields } from './fields/read-fields.ts';
import type { ScreenField } from './fields/screens.ts';
import { readIssueBody } from './issue-body.ts';
import { readProperties } from './issue-properties.ts';
import { addFromUpdate } from './issue-writes.ts';
import { showStatus } from './metadata-view.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue } from './visibility.ts';

type Transition = Seed['workflows'][number]['transitions'][number];

/** Whether a condition of the workflow lets somebody see a transition. */
function isOpenTo(world: World, issue: Issue, account: SeedAccount, { only }: Transition): boolean {
  if (only === undefined) return true;
  if (only === 'project-administrator') {
    return world.platform.may(account, 'ADMINISTER_PROJECTS', issue.project);
  }
  return issue.values.get(only) === account.accountId;
}

/** The transitions that somebody can take an issue through now. */
function listTransitions(world: World, issue: Issue, account: SeedAccount | undefined): Transition[] {
  if (account === undefined || !world.platform.may(account, 'TRANSITION_ISSUES', issue.project)) return [];
  const { transitions } = world.metadata.workflowOf(issue.project.key, issue.issueType.name);
  return transitions.filter(
    (one) => one.from?.includes(issue.status) !== false && isOpenTo(world, issue, account, one),
  );
}

/** The fields on the screen of a transition. */
function screenOf(world: World, { fields, required }: Transition): ScreenField[] {
  return fields.flatMap((id) => {
    const field = world.fields.find((one) => one.id === id);
    return field === undefined ? [] : [{ field, required: required.includes(id), hasDefault: false }];
  });
}

function showTransition(transition: Transition, context: FieldContext, withFields: boolean) {
  const { world, api } = context;
  const { id, name, to, from } = transition;
  const screen = screenOf(world, transition);
  const fields = screen.map((one) => [one.field.id, showFieldMeta(one, context, 'key')]);
  return {
    id,
    name,
    to: showStatus(world, api, to),
    hasScreen: screen.length > 0,
    isGlobal: from === undefined,
    isInitial: false,
    isAvailable: true,
    isConditional: transition.only !== undefined,
    ...(withFields && { fields: Object.fromEntries(fields) }),
  };
}

/** What an issue may be taken through, and taking it there. */
export function transitionRoutes(world: World): Route[] {
  const contextOf = (api: string, issue: Issue, account?: SeedAccount): FieldContext => ({
    world,
    api,
    project: issue.project,
    issueType: issue.issueType,
    issue,
    account,
  });

  function list(api: string, request: RouteRequest) {
    const account = findAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    const wanted = request.query.get('transitionId');
    const withFields = request.query.get('expand')?.includes('transitions.fields') === true;
    const context = contextOf(api, issue, account);
    return {
      expand: 'transitions',
      transitions: listTransitions(world, issue, account)
        .filter(({ id }) => wanted === null || id === wanted)
        .map((one) => showTransition(one, context, withFields)),
    };
  }

  function perform(api: string, request: RouteRequest): void {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    const body = readIssueBody(request);
    const id = isObject(body.transition) ? body.transition.id : undefined;
    if (id === undefined) throw refuse(400, 'Missing ‘transition’ identifier');
    // Whether it does not exist or is not open from here is the same to Jira.
    const transition = listTransitions(world, issue, account).find((one) => one.id === String(id));
    if (transition === undefined) {
      throw refuse(
        400,
        'It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue. The likely cause is that somebody has changed the issue recently, please look at the issue history for details.',
      );
    }
    const context = contextOf(api, issue, account);
    const screen = screenOf(world, transition);
    const { values, errors } = readFields(body, screen, context, true);
    if (Object.keys(errors).length > 0) throw refuseFields(errors);
    const properties = readProperties(body.properties);
    world.platform.noteWrite(issue);
    // A comment needs no screen of its own when a screen is shown, and is taken without one as well.
    addFromUpdate(world, api, issue, account, body.update, () => true);
    const items = changeFields(issue, values, context);
    items.push(...changeStatus(world, issue, transition.to));
    const isDone = world.metadata.statuses.find((one) => one.name === issue.status)?.category === 'done';
    if (!isDone) issue.values.delete('resolutiondate');
    else if (issue.values.has('resolution') && !issue.values.has('resolutiondate')) {
      issue.values.set('resolutiondate', world.now().toISOString().replace('Z', '+0000'));
    }
    noteHistory(world, issue, account, items);
    for (const [key, value] of properties) issue.properties.set(key, value);
  }

  return world.edition.apiVersions.flatMap((api): Route[] => {
    const path = `/rest/api/${api}/issue/:idOrKey/transitions`;
    return [
      { method: 'GET', path, handle: (request) => ({ status: 200, body: list(api, request) }) },
      {
        method: 'POST',
        path,
        handle(request) {
          perform(api, request);
          return { status: 204 };
        },
      },
    ];
  });
}
