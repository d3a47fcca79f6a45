import { TielineError } from '../../../kit/errors.ts';
import type { JiraMetadata, UserChoice } from '../../../kit/jira-metadata.ts';
import type { SmartCommitBody } from './take-smart-commits.ts';

/**
 * The one Jira user who has the e-mail address of a commit's author.
 * @throws smart-commit-refused when there is none, or more than one; and as a request does
 */
export async function getAuthor(
  metadata: Pick<JiraMetadata, 'users'>,
  { name, email }: SmartCommitBody['author'],
): Promise<UserChoice> {
  if (email === undefined) throw refused(`the commit of ${name} bears no e-mail address`);
  const found = (await metadata.users(email)).filter(({ active }) => active);
  const same = found.filter((user) => user.email?.toLowerCase() === email.toLowerCase());
  // Who hides the address is found by it all the same, without it being shown.
  const candidates = same.length > 0 ? same : found.filter((user) => user.email === undefined);
  const [user, other] = candidates;
  if (user === undefined)
    throw refused(`Jira knows no active user with the e-mail address ${email} of ${name}`);
  if (other !== undefined) throw refused(`several Jira users have the e-mail address ${email}`);
  return user;
}

/** A command that cannot be carried out as it stands. */
export const refused = (why: string): TielineError => new TielineError('smart-commit-refused', why);
