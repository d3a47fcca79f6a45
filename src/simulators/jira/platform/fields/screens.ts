import type { SeedAccount } from '../../seed.ts';
import type { World } from '../../world.ts';
import { type IssueType, isFor } from '../metadata.ts';
import type { Project } from '../platform.ts';
import type { Field } from './element.ts';

/** A field as it is on a screen. */
export interface ScreenField {
  field: Field;
  required: boolean;
  /** Jira fills it when it is left out. */
  hasDefault: boolean;
}

/** Where one looks: the screen of a project's issue type, as somebody sees it. */
export interface Screen {
  name: 'create' | 'edit';
  project: Project;
  issueType: IssueType;
  account: SeedAccount | undefined;
}

type Presence = 'hidden' | 'optional' | 'required';

const withDefault = new Set(['reporter', 'priority']);

/** Where fields are before any rule of the seed. */
function presenceOf({ id, schema }: Field, { name, project, issueType }: Screen, isCloud: boolean): Presence {
  const isSubtask = issueType.level < 0;
  if (id === 'summary' || id === 'reporter') return 'required';
  if (id === 'resolution') return 'hidden';
  if (id === 'comment' || id === 'worklog') return name === 'edit' ? 'optional' : 'hidden';
  if (id === 'security' && project.securityLevels.length === 0) return 'hidden';
  if (id === 'parent') {
    if (isSubtask) return name === 'create' ? 'required' : isCloud ? 'optional' : 'hidden';
    return isCloud && issueType.level === 0 ? 'optional' : 'hidden';
  }
  const custom = String(schema.custom ?? '');
  if (custom.endsWith(':gh-epic-link')) return issueType.level === 0 ? 'optional' : 'hidden';
  if (custom.endsWith(':gh-epic-label')) return issueType.level === 1 ? 'required' : 'hidden';
  return 'optional';
}

/** The fields on a screen, in its order. What somebody may not set is not on his screen. */
export function listScreenFields(world: World, screen: Screen): ScreenField[] {
  const { project, issueType, account } = screen;
  const rules = world.seed.screenRules.filter((rule) => isFor(rule, project.key, issueType.name));
  return world.fields.flatMap((field) => {
    if (!isFor(field, project.key, issueType.name)) return [];
    if (field.permission !== undefined && !world.platform.may(account, field.permission, project)) return [];
    const presence = rules.reduce<Presence>(
      (before, rule) => (rule.fields.includes(field.id) ? (rule[screen.name] ?? before) : before),
      presenceOf(field, screen, world.edition.name === 'cloud'),
    );
    if (presence === 'hidden') return [];
    return [{ field, required: presence === 'required', hasDefault: withDefault.has(field.id) }];
  });
}
