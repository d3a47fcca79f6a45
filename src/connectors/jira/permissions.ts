import { z } from 'zod';
import type { Finding } from '../../kit/connection-report.ts';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';

/** What Tieline does with issues, by the permission that Jira asks for it and by its name there. */
const projectPermissions = {
  BROWSE_PROJECTS: { title: 'Browse Projects', does: 'See issues' },
  CREATE_ISSUES: { title: 'Create Issues', does: 'Create issues' },
  EDIT_ISSUES: { title: 'Edit Issues', does: 'Edit issues' },
  ADD_COMMENTS: { title: 'Add Comments', does: 'Comment' },
  TRANSITION_ISSUES: { title: 'Transition Issues', does: 'Change statuses' },
  LINK_ISSUES: { title: 'Link Issues', does: 'Link issues' },
} as const;
type ProjectPermission = keyof typeof projectPermissions;
const projectPermissionNames = Object.keys(projectPermissions) as ProjectPermission[];

/** Without it a reader does not see what an issue's development panel holds. It comes with Jira Software. */
const panelPermission = 'VIEW_DEV_TOOLS';

/** The global one that registers webhooks. */
const adminPermission = 'ADMINISTER';

const answerSchema = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })),
});

/** The permissions that an account has in one place; undefined when there is no such project to be seen. */
type Granted = ReadonlySet<string> | undefined;

/**
 * Cloud wants the names, and refuses all of them for one that it does not know; Data Center ignores them and tells of
 * every permission. Jira REST API v2, "Get my permissions".
 */
async function readPermissions(
  http: Http,
  project?: string,
): Promise<{ granted: Granted; knowsPanel: boolean }> {
  const ask = (names: string[]) => {
    const query = new URLSearchParams({
      permissions: names.join(','),
      ...(project && { projectKey: project }),
    });
    // Without a project nothing is asked for that might not be there but Jira itself.
    const accept = project === undefined ? [400] : [400, 404];
    return http.request({ method: 'GET', url: `/rest/api/2/mypermissions?${query}`, accept });
  };
  const names = [...projectPermissionNames, adminPermission];
  const first = await ask([...names, panelPermission]);
  const answer = first.status === 400 ? await ask(names) : first;
  if (answer.status === 404) return { granted: undefined, knowsPanel: true };
  const { data } = answerSchema.safeParse(answer.status < 400 ? answer.json() : undefined);
  if (data === undefined) {
    throw new TielineError('answer-unexpected', 'Jira told of no permissions when asked for them');
  }
  const granted = Object.entries(data.permissions).filter(([, { havePermission }]) => havePermission);
  return { granted: new Set(granted.map(([name]) => name)), knowsPanel: first.status !== 400 };
}

/** What an account may do, place by place: in each project asked, or anywhere. */
export interface Survey {
  places: { project?: string; granted: Granted }[];
  /** Whether Jira knows the permission to see the development panel. */
  knowsPanel: boolean;
  isAdministrator: boolean;
}

/** Asks once for each project for all that the checks want to know; once in all without projects. */
export async function surveyPermissions(http: Http, projects: string[]): Promise<Survey> {
  const asked: (string | undefined)[] = projects.length > 0 ? projects : [undefined];
  const answers = await Promise.all(
    asked.map(async (project) => ({ project, ...(await readPermissions(http, project)) })),
  );
  const seen = answers.filter(({ granted }) => granted !== undefined);
  const forGlobal = seen.length > 0 ? seen : [await readPermissions(http)];
  return {
    places: answers.map(({ project, granted }) => ({ project, granted })),
    knowsPanel: answers.every(({ knowsPanel }) => knowsPanel),
    isAdministrator: forGlobal.every(({ granted }) => granted?.has(adminPermission)),
  };
}

const detailsOf = ({ places }: Survey, names: readonly string[]): NonNullable<Finding['details']> =>
  places.flatMap(({ project, granted }) =>
    names.map((name) => ({
      name,
      ...(project && { project }),
      state: granted?.has(name) ? ('ok' as const) : ('missing' as const),
    })),
  );

/** What is wrong, a sentence for each thing: unseen projects, then each permission with the projects that lack it. */
function complaints({ places }: Survey, names: readonly ProjectPermission[]): string[] {
  const unseen = places.filter(({ granted }) => granted === undefined);
  return [
    ...unseen.map(({ project }) => `${project}: no such project that the account can see.`),
    ...names.flatMap((name) => {
      const lacking = places.filter(({ granted }) => granted !== undefined && !granted.has(name));
      if (lacking.length === 0) return [];
      const { title, does } = projectPermissions[name];
      const where = lacking.map(({ project }) => project ?? 'any project').join(', ');
      return [`${does} in ${where}: missing; ask for the ${title} permission.`];
    }),
  ];
}

const placesOf = ({ places }: Survey): string =>
  places.map(({ project }) => project ?? 'at least one project each').join(', ');

const schemeHint =
  'An administrator grants them to the account in the permission scheme of the project (Project settings, Permissions). Leave them if they are not used.';

/**
 * Each permission that actions on issues need, for each project; without projects, whether the account has it anywhere.
 * With `hasPanel` also that to see what Jira Cloud shows of builds and deployments: its lack is a hint, no fault.
 */
export function judgePermissions(survey: Survey, hasPanel: boolean): Finding {
  const wrong = complaints(survey, projectPermissionNames);
  const withPanel = hasPanel && survey.knowsPanel;
  const details = detailsOf(survey, [...projectPermissionNames, ...(withPanel ? [panelPermission] : [])]);
  if (wrong.length > 0) return { state: 'missing', message: wrong.join(' '), hint: schemeHint, details };
  const message = `All permissions are there in ${placesOf(survey)}.`;
  const blind = survey.places.filter(({ granted }) => !granted?.has(panelPermission));
  if (!withPanel || blind.length === 0) return { state: 'ok', message, details };
  return {
    state: 'ok',
    message,
    hint: `Who lacks the permission View Development Tools does not see builds, deployments and development on an issue. The account itself lacks it (${blind.map(({ project }) => project ?? 'every project').join(', ')}), so see to it that the readers have it.`,
    details,
  };
}

/** The one permission that builds and deployments as links on issues take. */
export function judgeLinks(survey: Survey): Finding {
  const wrong = complaints(survey, ['LINK_ISSUES']);
  const where = survey.places.map(({ project }) => project ?? 'at least one project').join(', ');
  if (wrong.length === 0) {
    return { state: 'ok', message: `The account has the permission Link Issues in ${where}.` };
  }
  return {
    state: 'missing',
    message: `The account needs the permission Link Issues. ${wrong.join(' ')}`,
    hint: 'Grant Link Issues to the account in the permission scheme of the project (Project settings, Permissions).',
    details: detailsOf(survey, ['LINK_ISSUES']),
  };
}
