import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { Finding } from './check.ts';

/** What Tieline does with issues, by the permission that Jira asks for it. */
const projectPermissions = {
  BROWSE_PROJECTS: 'Browse Projects',
  CREATE_ISSUES: 'Create Issues',
  EDIT_ISSUES: 'Edit Issues',
  ADD_COMMENTS: 'Add Comments',
  TRANSITION_ISSUES: 'Transition Issues',
  LINK_ISSUES: 'Link Issues',
} as const;

const answerSchema = z.object({
  permissions: z.record(z.string(), z.object({ havePermission: z.boolean() })),
});

/**
 * Which of the permissions the account has in a project, or anywhere when no project is given; undefined when there
 * is no such project to be seen. Cloud wants the names; Data Center ignores them and tells of every permission.
 * Jira REST API v2, "Get my permissions".
 */
async function readPermissions(
  http: Http,
  names: string[],
  project?: string,
): Promise<Map<string, boolean> | undefined> {
  const query = new URLSearchParams({
    permissions: names.join(','),
    ...(project && { projectKey: project }),
  });
  const url = `/rest/api/2/mypermissions?${query}`;
  const answer = await http.request({ method: 'GET', url, accept: [404] });
  if (answer.status === 404) return undefined;
  const { data } = answerSchema.safeParse(answer.json());
  if (data === undefined) {
    throw new TielineError('answer-unexpected', 'Jira told of no permissions when asked for them');
  }
  return new Map(names.map((name) => [name, data.permissions[name]?.havePermission ?? false]));
}

/** Each permission that actions on issues need, for each project; without projects, whether the account has it anywhere. */
export async function checkPermissions(http: Http, projects: string[]): Promise<Finding> {
  const names = Object.keys(projectPermissions);
  const places: (string | undefined)[] = projects.length > 0 ? projects : [undefined];
  const answers = await Promise.all(
    places.map(async (project) => ({ project, has: await readPermissions(http, names, project) })),
  );
  const details = answers.flatMap(({ project, has }) =>
    names.map((name) => ({
      name,
      ...(project && { project }),
      state: has?.get(name) ? ('ok' as const) : ('missing' as const),
    })),
  );
  const unseen = answers.flatMap(({ project, has }) => (has === undefined && project ? [project] : []));
  const lacking = answers.flatMap(({ project, has }) => {
    const missing = names.filter((name) => has !== undefined && !has.get(name));
    return missing.length > 0 ? [`${project ?? 'every project'}: ${missing.map(titleOf).join(', ')}`] : [];
  });
  if (unseen.length + lacking.length === 0) {
    const where = projects.length > 0 ? projects.join(', ') : 'at least one project each';
    return {
      state: 'ok',
      message: `All permissions are there in ${where}.`,
      details,
    };
  }
  const said = [
    ...unseen.map((project) => `${project}: no such project that the account can see`),
    ...lacking.map((lack) => `missing in ${lack}`),
  ];
  return {
    state: 'missing',
    message: `${said.join('; ')}.`,
    hint: 'Grant them to the account in the permission scheme of the project (Project settings, Permissions), or leave them if they are not used.',
    details,
  };
}

const titleOf = (name: string): string =>
  Object.entries(projectPermissions).find(([key]) => key === name)?.[1] ?? name;

/**
 * Whether the account may register webhooks, which takes the global permission Administer Jira. Without it changes
 * are found by polling, so its absence is a lack of set-up and not a fault.
 */
export async function checkWebhooks(http: Http): Promise<Finding> {
  const has = await readPermissions(http, ['ADMINISTER']);
  const state = has?.get('ADMINISTER') ? 'ok' : 'missing';
  const details = [{ name: 'ADMINISTER', state } as const];
  if (state === 'ok') {
    return { state, message: 'The account may register webhooks.', details };
  }
  return {
    state: 'not-configured',
    message: 'The account may not register webhooks; changes are found by polling.',
    hint: 'To have webhooks, grant the account the global permission Administer Jira.',
    details,
  };
}
