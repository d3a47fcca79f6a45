import { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { JiraCapabilities } from '../../kit/jira.ts';
import type {
  FieldChoice,
  IssueTypeChoice,
  JiraMetadata,
  ProjectChoice,
  StatusChoice,
  TransitionChoice,
  UserChoice,
} from '../../kit/jira-metadata.ts';
import { fieldRecord, listedField } from './field-choices.ts';
import { readAnswer, readPages } from './pages.ts';
import type { JiraParts } from './parts.ts';

const mostUsers = 50;

const id = z.union([z.string(), z.number()]).transform(String);

const project: z.ZodType<ProjectChoice> = z.object({ id, key: z.string(), name: z.string() });

const issueType: z.ZodType<IssueTypeChoice> = z
  .object({ id, name: z.string(), description: z.string().nullish(), subtask: z.boolean().default(false) })
  .transform(({ subtask, description, ...type }) => ({
    ...type,
    description: description ?? '',
    isSubtask: subtask,
  }));

const status = z
  .object({ id, name: z.string(), statusCategory: z.object({ key: z.string() }).optional() })
  .transform(({ statusCategory, ...one }) => ({ ...one, category: statusCategory?.key ?? 'undefined' }));

const typesWithStatuses = z.array(z.object({ name: z.string(), statuses: z.array(status) }));

const transition: z.ZodType<TransitionChoice> = z
  .object({ id, name: z.string(), to: status, fields: fieldRecord.default([]) })
  .transform(({ to, ...one }) => ({ ...one, toStatus: to }));

/** A user as either edition sends one. */
export const wireUser: z.ZodType<UserChoice> = z
  .object({
    accountId: z.string().optional(),
    name: z.string().optional(),
    displayName: z.string(),
    emailAddress: z.string().optional(),
    active: z.boolean().default(true),
  })
  .refine(({ accountId, name }) => accountId ?? name, 'names no user')
  .transform(({ accountId, name, displayName, emailAddress, active }) => ({
    id: accountId ?? name ?? '',
    displayName,
    ...(emailAddress && { email: emailAddress }),
    active,
  }));

/** Create metadata in one piece, as Jira before 8.4 has it and none since 9. */
const wholeCreateMeta = z.object({
  projects: z.array(
    z.object({
      issuetypes: z.array(z.intersection(issueType, z.object({ fields: fieldRecord.default([]) }))),
    }),
  ),
});

/** An issue type with the fields of its create screen, as the whole create metadata lists them. */
type TypeWithFields = IssueTypeChoice & { fields: FieldChoice[] };

/**
 * What forms offer, read anew at each call: whoever asks keeps it. Cloud is asked by version 3 of its API, the rest by 2;
 * create metadata in the shape that the version has.
 * Jira Cloud platform REST API v3 and Jira Server and Data Center REST API: "Get create metadata issue types for a
 * project", "Get edit issue metadata", "Get transitions", "Find users" and their like.
 */
export function createMetadata(parts: JiraParts): JiraMetadata {
  const open = async () => {
    const { capabilities } = (await parts.site()).identity;
    return { http: parts.getPlatform(), capabilities, rest: `/rest/api/${capabilities.api}` };
  };
  const ofProject = <T>(key: string, read: () => Promise<T>) => orNotFound(`project ${key}`, read);
  const ofIssue = <T>(key: string, read: () => Promise<T>) => orNotFound(`issue ${key}`, read);

  return {
    async projects() {
      const { http, capabilities, rest } = await open();
      return capabilities.search === 'token'
        ? readPages(http, `${rest}/project/search`, 'values', project)
        : readAnswer(http, `${rest}/project`, z.array(project));
    },
    async issueTypes(key) {
      const { http, capabilities, rest } = await open();
      return ofProject(key, async () => {
        if (capabilities.createMeta === 'whole') {
          const types = await readWhole(http, key, {});
          return types.map(({ fields: _, ...type }) => type);
        }
        const path = `${rest}/issue/createmeta/${encodeURIComponent(key)}/issuetypes`;
        return readPages(http, path, listNames(capabilities).types, issueType);
      });
    },
    async statuses(key) {
      const { http, rest } = await open();
      return ofProject(key, async () => {
        const url = `${rest}/project/${encodeURIComponent(key)}/statuses`;
        return byStatus(await readAnswer(http, url, typesWithStatuses));
      });
    },
    async createFields(key, issueTypeId) {
      const { http, capabilities, rest } = await open();
      return ofProject(key, async () => {
        if (capabilities.createMeta === 'whole') {
          const [type] = await readWhole(http, key, {
            issuetypeIds: issueTypeId,
            expand: 'projects.issuetypes.fields',
          });
          if (type === undefined) throw notFound(`issue type ${issueTypeId} in project ${key}`);
          return type.fields;
        }
        const path = `${rest}/issue/createmeta/${encodeURIComponent(key)}/issuetypes/${encodeURIComponent(issueTypeId)}`;
        return readPages(http, path, listNames(capabilities).fields, listedField);
      });
    },
    async editFields(issueKey) {
      const { http, rest } = await open();
      const url = `${rest}/issue/${encodeURIComponent(issueKey)}/editmeta`;
      const shape = z.object({ fields: fieldRecord });
      return ofIssue(issueKey, async () => (await readAnswer(http, url, shape)).fields);
    },
    async transitions(issueKey) {
      const { http, rest } = await open();
      const url = `${rest}/issue/${encodeURIComponent(issueKey)}/transitions?expand=transitions.fields`;
      const shape = z.object({ transitions: z.array(transition) });
      return ofIssue(issueKey, async () => (await readAnswer(http, url, shape)).transitions);
    },
    async users(query) {
      const { http, capabilities, rest } = await open();
      const words = query.trim();
      // Nothing is asked of nothing: Cloud would list everybody, Data Center refuse.
      if (words === '') return [];
      const by = capabilities.userId === 'accountId' ? 'query' : 'username';
      const search = new URLSearchParams({ [by]: words, maxResults: String(mostUsers) });
      const found = await readAnswer(http, `${rest}/user/search?${search}`, z.array(wireUser));
      return found.slice(0, mostUsers);
    },
  };
}

/** What the pages of create metadata call their lists. */
const listNames = ({ api }: JiraCapabilities) =>
  api === '3' ? { types: 'issueTypes', fields: 'fields' } : { types: 'values', fields: 'values' };

async function readWhole(http: Http, key: string, more: Record<string, string>): Promise<TypeWithFields[]> {
  const query = new URLSearchParams({ projectKeys: key, ...more });
  const { projects } = await readAnswer(http, `/rest/api/2/issue/createmeta?${query}`, wholeCreateMeta);
  const [found] = projects;
  if (found === undefined) throw notFound(`project ${key} in which the account may create issues`);
  return found.issuetypes;
}

/** Statuses by id, in Jira's order, each with the types of issues that may have it. */
function byStatus(types: z.output<typeof typesWithStatuses>): StatusChoice[] {
  const found = new Map<string, StatusChoice>();
  for (const { name: typeName, statuses } of types) {
    for (const one of statuses) {
      const known = found.get(one.id) ?? { ...one, issueTypes: [] };
      known.issueTypes.push(typeName);
      found.set(one.id, known);
    }
  }
  return [...found.values()];
}

const notFound = (what: string, cause?: unknown) =>
  new TielineError('resource-not-found', `Jira shows the account no ${what}`, {
    hint: 'Check the name; if it exists, the account lacks the permission Browse Projects there.',
    cause,
  });

/** Jira hides what one may not see behind 404, and in create metadata of Data Center behind 400. */
async function orNotFound<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    const status = thrown instanceof TielineError ? thrown.details.status : undefined;
    if (status === 404 || status === 400) throw notFound(what, thrown);
    throw thrown;
  }
}
