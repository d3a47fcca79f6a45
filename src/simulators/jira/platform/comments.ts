import { refuse, refuseFields } from '../answer.ts';
import { isObject } from '../route.ts';
import type { SeedAccount } from '../seed.ts';
import type { World } from '../world.ts';
import type { Comment, Visibility } from './activity.ts';
import { jiraTime } from './fields/plain-elements.ts';
import type { Issue } from './platform.ts';
import { isDocument, plainText, type RichText } from './rich-text.ts';

/** The roles of every project here. */
const roles = ['Administrators', 'Developers', 'Users'];

/** Whether somebody has a role: administrators of the project, who may edit issues, and everybody. */
function hasRole(world: World, account: SeedAccount, role: string, issue: Issue): boolean {
  const permission = { Administrators: 'ADMINISTER_PROJECTS', Developers: 'EDIT_ISSUES' }[role];
  return permission === undefined || world.platform.may(account, permission, issue.project);
}

/** Whether somebody sees what is restricted so. */
export function sees(
  world: World,
  account: SeedAccount | undefined,
  visibility: Visibility | undefined,
  issue: Issue,
): boolean {
  if (visibility === undefined) return true;
  if (account === undefined) return false;
  if (visibility.type === 'group') return account.groups.includes(visibility.value);
  return hasRole(world, account, visibility.value, issue);
}

/** Reads a text of a comment or worklog: a document in version 3, a text in version 2. */
export function readText(world: World, api: string, value: unknown): RichText | string[] {
  if (api === '2') {
    if (typeof value !== 'string' || value.trim() === '') return ['Comment body can not be empty!'];
    return world.edition.keepText(value);
  }
  if (isDocument(value)) {
    return value.content.length === 0 ? ['Comment body can not be empty!'] : value;
  }
  return ['Comment body is not valid!'];
}

/** Reads whom a comment is for; throws 400 when there is no such role or group, or it is not the writer's own. */
export function readVisibility(
  world: World,
  value: unknown,
  account: SeedAccount,
  issue: Issue,
): Visibility | undefined {
  if (value === undefined || value === null) return undefined;
  const { type, value: name } = isObject(value) ? value : {};
  const given = typeof name === 'string' ? name : undefined;
  if ((type !== 'role' && type !== 'group') || given === undefined) {
    throw refuse(400, 'Invalid visibility: give a type, role or group, and a value.');
  }
  const visibility: Visibility = { type, value: given };
  const known = type === 'role' ? roles : world.metadata.groups;
  if (!known.includes(given)) {
    throw refuseFields({ commentLevel: `${type === 'role' ? 'Role' : 'Group'}: ${given} does not exist.` });
  }
  if (!sees(world, account, visibility, issue)) {
    throw refuseFields({ commentLevel: `You are currently not a member of the ${type}: ${given}.` });
  }
  return visibility;
}

/** Adds a comment to an issue. Throws 400 for a body that Jira does not take. */
export function addComment(
  world: World,
  api: string,
  issue: Issue,
  author: SeedAccount,
  given: Record<string, unknown>,
): Comment {
  const body = readText(world, api, given.body);
  if (Array.isArray(body)) throw refuseFields({ comment: body.join(' ') });
  const at = world.now();
  const comment: Comment = {
    id: world.nextId(),
    author,
    updateAuthor: author,
    body,
    visibility: readVisibility(world, given.visibility, author, issue),
    createdAt: at,
    updatedAt: at,
  };
  issue.activity.comments.push(comment);
  world.announce.comment('created', issue, comment, author);
  return comment;
}

const showText = (api: string, text: RichText) => (api === '3' ? text : plainText(text));

/** A comment as the API shows it. */
export function showComment(world: World, api: string, issue: Issue, comment: Comment) {
  const { id, author, updateAuthor, body, visibility, createdAt, updatedAt } = comment;
  return {
    self: `${world.restBase()}/rest/api/${api}/issue/${issue.id}/comment/${id}`,
    id,
    author: world.edition.showUser(world, api, author),
    body: showText(api, body),
    updateAuthor: world.edition.showUser(world, api, updateAuthor),
    created: jiraTime(createdAt),
    updated: jiraTime(updatedAt),
    ...(visibility && { visibility }),
    ...(world.edition.name === 'cloud' && { jsdPublic: true }),
  };
}

/** The comments that somebody sees, with how many they are. */
export function showComments(world: World, api: string, issue: Issue, account: SeedAccount | undefined) {
  const all = issue.activity.comments.filter((one) => sees(world, account, one.visibility, issue));
  return all.map((one) => showComment(world, api, issue, one));
}
