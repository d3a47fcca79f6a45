import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { FieldContext } from './fields/element.ts';
import { type MetaShape, showFieldMeta } from './fields/field-meta.ts';
import { listScreenFields } from './fields/screens.ts';
import type { IssueType } from './metadata.ts';
import type { Issue, Project } from './platform.ts';
import { showIssueType, showProject } from './project-routes.ts';

/** The fields of a screen as metadata shows them, in its order; with the issue type, and on creating the project. */
export function listScreenMeta(
  world: World,
  where: {
    api: string;
    project: Project;
    issueType: IssueType;
    issue?: Issue;
    account: SeedAccount | undefined;
  },
  shape: MetaShape,
): Record<string, unknown>[] {
  const { api, project, issueType, issue, account } = where;
  const context: FieldContext = { world, api, project, issueType, issue, account };
  const name = issue === undefined ? 'create' : 'edit';
  const named = (id: string) => ({
    ...(shape !== 'fieldId' && { key: id }),
    ...(shape !== 'key' && { fieldId: id }),
    hasDefaultValue: false,
  });
  // An issue that exists may become what is on the same level as it is.
  const types =
    issue === undefined
      ? [issueType]
      : project.issueTypes.filter((one) => one.level < 0 === issueType.level < 0);
  const [summary, ...others] = listScreenFields(world, { name, project, issueType, account }).map((one) =>
    showFieldMeta(one, context, shape),
  );
  return [
    ...(summary === undefined ? [] : [summary]),
    {
      required: true,
      schema: { type: 'issuetype', system: 'issuetype' },
      name: 'Issue Type',
      ...named('issuetype'),
      operations: issue === undefined ? [] : ['set'],
      allowedValues: types.map((one) => showIssueType(world, api, one)),
    },
    ...(issue === undefined
      ? [
          {
            required: true,
            schema: { type: 'project', system: 'project' },
            name: 'Project',
            ...named('project'),
            operations: ['set'],
            allowedValues: [showProject(world, api, project)],
          },
        ]
      : []),
    ...others,
  ];
}
