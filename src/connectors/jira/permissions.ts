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

/** Without it a reader does not see what an issue's development panel holds. */
const panelPermission = 'VIEW_DEV_TOOLS';

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

/** What the account has of some permissions, place by place. */
interface Survey {
  details: NonNullable<Finding['details']>;
  /** Projects that the account cannot see. */
  unseen: string[];
  /** e.g. `OPS: Add Comments, Link Issues`. */
  lacking: string[];
  /** The places that were asked about, in words. */
  where: string;
}

async function survey(http: Http, names: string[], projects: string[]): Promise<Survey> {
  const places: (string | undefined)[] = projects.length > 0 ? projects : [undefined];
  const answers = await Promise.all(
    places.map(async (project) => ({ project, has: await readPermissions(http, names, project) })),
  );
  return {
    details: answers.flatMap(({ project, has }) =>
      names.map((name) => ({
        name,
        ...(project && { project }),
        state: has?.get(name) ? ('ok' as const) : ('missing' as const),
      })),
    ),
    unseen: answers.flatMap(({ project, has }) => (has === undefined && project ? [project] : [])),
    lacking: answers.flatMap(({ project, has }) => {
      const missing = names.filter((name) => has !== undefined && !has.get(name));
      return missing.length > 0 ? [`${project ?? 'every project'}: ${missing.map(titleOf).join(', ')}`] : [];
    }),
    where: projects.length > 0 ? projects.join(', ') : 'at least one project each',
  };
}

const complaint = ({ unseen, lacking }: Survey): string =>
  `${[
    ...unseen.map((project) => `${project}: no such project that the account can see`),
    ...lacking.map((lack) => `missing in ${lack}`),
  ].join('; ')}.`;

/**
 * Each permission that actions on issues need, for each project; without projects, whether the account has it anywhere.
 * With `hasPanel` also that to see what Jira Cloud shows of builds and deployments: its lack is a hint, no fault.
 */
export async function checkPermissions(http: Http, projects: string[], hasPanel: boolean): Promise<Finding> {
  const [found, panel] = await Promise.all([
    survey(http, Object.keys(projectPermissions), projects),
    hasPanel ? surveyPanel(http, projects) : undefined,
  ]);
  const details = [...found.details, ...(panel?.details ?? [])];
  if (found.unseen.length + found.lacking.length > 0) {
    return {
      state: 'missing',
      message: complaint(found),
      hint: 'Grant them to the account in the permission scheme of the project (Project settings, Permissions), or leave them if they are not used.',
      details,
    };
  }
  const message = `All permissions are there in ${found.where}.`;
  if (panel === undefined || panel.lacking.length === 0) return { state: 'ok', message, details };
  return {
    state: 'ok',
    message,
    hint: `Who lacks the permission View Development Tools does not see builds, deployments and development on an issue. The account itself lacks it (${panel.lacking.map((lack) => lack.replace(/:.*/, '')).join(', ')}), so see to it that the readers have it.`,
    details,
  };
}

/** Undefined where Jira knows no such permission: it comes with Jira Software, and Cloud refuses what it does not know. */
async function surveyPanel(http: Http, projects: string[]): Promise<Survey | undefined> {
  try {
    return await survey(http, [panelPermission], projects);
  } catch (thrown) {
    if (thrown instanceof TielineError && thrown.details.status === 400) return undefined;
    throw thrown;
  }
}

/** The one permission that builds and deployments as links on issues take. */
export async function checkLinks(http: Http, projects: string[]): Promise<Finding> {
  const found = await survey(http, ['LINK_ISSUES'], projects);
  if (found.unseen.length + found.lacking.length === 0) {
    return {
      state: 'ok',
      message: `The account has the permission Link Issues in ${projects.length > 0 ? found.where : 'at least one project'}.`,
    };
  }
  return {
    state: 'missing',
    message: `The account needs the permission Link Issues. ${complaint(found)}`,
    hint: 'Grant Link Issues to the account in the permission scheme of the project (Project settings, Permissions).',
    details: found.details,
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
