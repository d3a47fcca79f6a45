import { TielineError } from '../../../kit/errors.ts';
import type { UserChoice } from '../../../kit/jira-metadata.ts';

/** How a site is asked for its users. */
export interface UserLookup {
  /** By what the site knows its users. */
  userId: 'accountId' | 'name';
  /** Users who match a name or an e-mail address. */
  users(query: string): Promise<UserChoice[]>;
  /** The user of an account id on Cloud, of a user key on a self-hosted Jira; undefined when there is none. */
  findById(id: string): Promise<UserChoice | undefined>;
}

/** What the site itself calls its users, apart from their names. */
const idForms = {
  // 24 hexadecimal digits, or a number or word and a UUID.
  accountId: /^(?:[0-9a-f]{24}|[\w-]{2,20}:[0-9a-f-]{24,40})$/i,
  name: /^JIRAUSER\d+$/,
};

const same = (one: string | undefined, other: string) => one?.toLowerCase() === other.toLowerCase();
/** An id and an address are one user's own; a name may be anybody's, and so comes last. */
const exactWays: ((user: UserChoice, query: string) => boolean)[] = [
  ({ id }, query) => same(id, query),
  ({ email }, query) => same(email, query),
  ({ displayName }, query) => same(displayName, query),
];
const mostCandidates = 10;

/**
 * The id (on a self-hosted Jira the name) of the one active user whom a text names: by id, e-mail address, user name or
 * display name. A user who is found by a part of the name is taken when there is no other.
 * @throws jira-user-unknown when there is none or there are several, with the candidates
 */
export async function resolveUser(given: string, lookup: UserLookup): Promise<string> {
  const query = given.trim();
  if (idForms[lookup.userId].test(query)) {
    const known = await lookup.findById(query);
    if (known !== undefined) return known.id;
  }
  const found = (await lookup.users(query)).filter(({ active }) => active);
  const exact = exactWays.map((isMeant) => found.filter((user) => isMeant(user, query)));
  // Who shows another address is somebody else; who hides it was found by it.
  const isAddress = query.includes('@');
  const near = found.filter(({ email }) => !isAddress || email === undefined);
  const candidates = exact.find((users) => users.length > 0) ?? near;
  const [one, ...others] = candidates;
  if (one === undefined) throw unknownUser(`Jira knows no active user "${query}"`);
  if (others.length === 0) return one.id;
  const listed = candidates.slice(0, mostCandidates).map(showUser).join(', ');
  const more = candidates.length - mostCandidates;
  throw unknownUser(`"${query}" may be ${listed}${more > 0 ? `, and ${more} more` : ''}`);
}

const showUser = ({ id, displayName, email }: UserChoice) =>
  `${displayName} (${email === undefined ? id : `${email}, ${id}`})`;

const unknownUser = (message: string) => new TielineError('jira-user-unknown', message);
