import { refuseFields } from '../answer.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { Worklog } from './activity.ts';
import { FieldProblem } from './fields/element.ts';
import { dateTime, jiraTime, paragraphs, workSeconds, workText } from './fields/plain-elements.ts';
import type { Issue } from './platform.ts';
import { plainText } from './rich-text.ts';

/** A worklog as the API shows it. */
export function showWorklog(world: World, api: string, issue: Issue, worklog: Worklog) {
  const author = world.edition.showUser(world, api, worklog.author);
  const { comment } = worklog;
  return {
    self: `${world.restBase()}/rest/api/${api}/issue/${issue.id}/worklog/${worklog.id}`,
    author,
    updateAuthor: author,
    ...(comment !== null && { comment: api === '3' ? comment : plainText(comment) }),
    created: jiraTime(worklog.createdAt),
    updated: jiraTime(worklog.createdAt),
    started: jiraTime(worklog.startedAt),
    timeSpent: workText(worklog.seconds),
    timeSpentSeconds: worklog.seconds,
    id: worklog.id,
    issueId: issue.id,
  };
}

/** The work that was logged on an issue. */
export const showWorklogs = (world: World, api: string, issue: Issue) =>
  issue.activity.worklogs.map((one) => showWorklog(world, api, issue, one));

/** Logs work on an issue. Throws 400 for what Jira does not take. */
export function addWorklog(
  world: World,
  api: string,
  issue: Issue,
  author: SeedAccount,
  given: Record<string, unknown>,
) {
  const spent = given.timeSpentSeconds ?? given.timeSpent;
  const seconds = typeof spent === 'string' ? workSeconds(spent) : spent;
  if (typeof seconds !== 'number' || seconds <= 0) {
    throw refuseFields({ timeLogged: 'Time spent must be more than 0.' });
  }
  const context = { world, api, project: issue.project, issueType: issue.issueType, issue };
  try {
    const started = given.started === undefined ? null : dateTime.read(given.started, context);
    const comment = given.comment === undefined ? null : paragraphs.read(given.comment, context);
    const worklog: Worklog = {
      id: world.nextId(),
      author,
      comment: comment as Worklog['comment'],
      startedAt: started === null ? world.now() : new Date(String(started)),
      seconds,
      createdAt: world.now(),
    };
    issue.activity.worklogs.push(worklog);
    world.announce.worklogCreated(issue, worklog, author);
    return showWorklog(world, api, issue, worklog);
  } catch (error) {
    if (error instanceof FieldProblem) throw refuseFields({ worklog: error.message });
    throw error;
  }
}
