import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { IssueRequests } from '../issue-requests.ts';
import { isFields } from '../json-fields.ts';

const page = z.object({ issues: z.array(z.object({ fields: z.record(z.string(), z.unknown()) })) });

/** Issues of sprints of one name that are looked at: enough to see that there are two of it. */
const mostIssues = 50;

/** Data Center shows a sprint as the text of a Java object. */
const asText = /^com\.atlassian\.greenhopper\.[^[]*\[(?=.*\bid=(\d+))(?=.*\bname=(.*?),\w+=)/;

function sprintIn(value: unknown): { id: number; name: string } | undefined {
  if (typeof value === 'string') {
    const [, id, name] = asText.exec(value) ?? [];
    return id === undefined || name === undefined ? undefined : { id: Number(id), name };
  }
  if (!isFields(value) || typeof value.id !== 'number' || typeof value.name !== 'string') return undefined;
  return 'state' in value ? { id: value.id, name: value.name } : undefined;
}

/**
 * The number of the sprint of a name, as issues show it that are in it: the platform API has no list of sprints, and that
 * of Jira Software wants a board and scopes of its own.
 * @throws field-value-invalid when no issue is in such a sprint, or when there are several of the name
 */
export function findSprintBy({
  http,
  rest,
  capabilities: { search },
}: IssueRequests): (name: string) => Promise<number> {
  return async (name) => {
    const quoted = `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
    const answer = await http.request({
      method: 'POST',
      url: search === 'token' ? `${rest}/search/jql` : `${rest}/search`,
      json: { jql: `sprint = ${quoted}`, fields: ['*navigable'], maxResults: mostIssues },
      // Jira knows no such sprint, or none at all.
      accept: [400],
    });
    const { issues } = answer.status === 400 ? { issues: [] } : page.parse(answer.json());
    const ids = issues
      .flatMap(({ fields }) => Object.values(fields).flat())
      .map(sprintIn)
      .flatMap((one) => (one?.name.toLowerCase() === name.toLowerCase() ? [one.id] : []));
    const [id, ...others] = new Set(ids);
    if (id !== undefined && others.length === 0) return id;
    const why =
      id === undefined
        ? `no issue is in a sprint "${name}"`
        : `several sprints are called "${name}": ${[id, ...others].join(', ')}`;
    throw new TielineError('field-value-invalid', `Sprint: ${why}`, {
      hint: 'Give the number of the sprint: it is in the address of its page. A sprint is found by its name once an issue is in it.',
      fields: [{ path: 'Sprint', message: why }],
    });
  };
}
