import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { IssueRequests } from '../issue-requests.ts';
import { readAnswer } from '../pages.ts';
import type { NewLink } from './inputs.ts';

const linkType = z.object({ id: z.string(), name: z.string(), inward: z.string(), outward: z.string() });
const linkTypes = z.object({ issueLinkTypes: z.array(linkType) });

/** A kind of link, with its words in both directions. */
export type LinkType = z.output<typeof linkType>;

/** A link as it is to be made. */
export interface LinkEnds {
  /** Id of its type. */
  type: string;
  /** From the issue to the other: `blocks`. */
  words: string;
  other: string;
  /** Whether the link begins at the issue: by the outward words of its type. */
  isOutward: boolean;
}

/** The kinds of links of a site. "Get issue link types" of both editions. */
export async function listLinkTypes({ http, rest }: IssueRequests): Promise<LinkType[]> {
  return (await readAnswer(http, `${rest}/issueLinkType`, linkTypes)).issueLinkTypes;
}

/**
 * The type that a link's words mean, in any case: those of a direction, else the name of a type, which is outward.
 * @throws request-invalid with the words that there are
 */
export function chooseLinkEnds(types: LinkType[], { type: given, issue }: NewLink): LinkEnds {
  const outward = types.map((one) => ({
    id: one.id,
    said: one.outward,
    words: one.outward,
    isOutward: true,
  }));
  const inward = types.map((one) => ({ id: one.id, said: one.inward, words: one.inward, isOutward: false }));
  const named = types.map((one) => ({ id: one.id, said: one.name, words: one.outward, isOutward: true }));
  const found = [...outward, ...inward, ...named].find(
    ({ said }) => said.toLowerCase() === given.toLowerCase(),
  );
  if (found === undefined) {
    const known = [...new Set(types.flatMap((one) => [one.outward, one.inward]))];
    throw new TielineError('request-invalid', `Jira has no link type "${given}"`, {
      hint: `There are: ${known.join(', ')}.`,
      fields: [{ path: 'links.type', message: `expected one of: ${known.join(', ')}` }],
    });
  }
  return { type: found.id, words: found.words, other: issue, isOutward: found.isOutward };
}
