import { z } from 'zod';
import { commit, type WireCommit } from './wire.ts';

/** A page of branches with their heads, newest first. @see https://docs.github.com/en/graphql/reference/objects#ref */
export const branchesQuery = `query($owner: String!, $name: String!, $first: Int!, $after: String) {
  repository(owner: $owner, name: $name) {
    refs(refPrefix: "refs/heads/", first: $first, after: $after, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        name
        target {
          ... on Commit {
            oid message authoredDate committedDate
            author { name email user { login } }
            parents(first: 2) { nodes { oid } }
          }
        }
      }
    }
  }
}`;

const target = z.object({
  oid: z.string().optional(),
  message: z.string().optional(),
  authoredDate: z.string().optional(),
  committedDate: z.iso
    .datetime({ offset: true })
    .transform((text) => new Date(text))
    .optional(),
  author: z
    .object({
      name: z.string().nullish(),
      email: z.string().nullish(),
      user: z.object({ login: z.string() }).nullish(),
    })
    .nullish(),
  parents: z.object({ nodes: z.array(z.object({ oid: z.string() })) }).optional(),
});

export const branchPage = z.object({
  repository: z.object({
    refs: z.object({
      totalCount: z.int(),
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
      nodes: z.array(z.object({ name: z.string(), target })),
    }),
  }),
});

/** A commit of GraphQL in the form of REST, for the one mapper; undefined when a branch leads to no commit. */
export function toWireCommit({
  oid,
  message,
  authoredDate,
  author,
  parents,
}: z.output<typeof target>): WireCommit | undefined {
  return commit.safeParse({
    sha: oid,
    commit: { message, author: { name: author?.name ?? '', email: author?.email, date: authoredDate } },
    author: author?.user,
    parents: (parents?.nodes ?? []).map(({ oid: sha }) => ({ sha })),
  }).data;
}
