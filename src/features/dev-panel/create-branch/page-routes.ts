import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import { TielineError } from '../../../kit/errors.ts';
import { findIssueKeys, isIssueKey, projectOf } from '../../../kit/issue-keys.ts';
import {
  fieldsOf,
  noteRetryAfter,
  pageOptions,
  preparePages,
  type Session,
  type SignedInPages,
  scopesOf,
  sendPage,
} from '../../access/index.ts';
import type { Link, LinkStore } from '../links/link-store.ts';
import { noLink } from '../links/link-store.ts';
import type { LinkedRepositories } from '../links/linked-repositories.ts';
import { suggestBranchName } from './branch-name.ts';
import type { Branches } from './branches.ts';
import * as pages from './pages.ts';

const mostLinks = 200;
const mostRepositories = 30;
/** A summary in Jira has at most 255 characters. */
const longestSummary = 255;
const title = 'Create a branch';
const fields = ['issueKey', 'issueSummary', 'link', 'search', 'repository', 'from', 'name', 'csrf'] as const;

/** `/create-branch`: where Jira sends people who want a branch for an issue. Works without a script. */
export function createBranchPageRoutes(parts: {
  links: LinkStore;
  repositories: LinkedRepositories;
  branches: Branches;
  signedInPages: SignedInPages;
  publicUrl: string | undefined;
}): FastifyPluginAsync {
  const { links, repositories, branches, signedInPages, publicUrl } = parts;

  /** The links in which somebody may make a branch for an issue. */
  const listLinks = async ({ actor }: Session, { issueKey }: pages.Issue): Promise<Link[]> => {
    const found = await links.list({ within: scopesOf(actor, 'operator'), limit: mostLinks });
    const project = projectOf(issueKey);
    return found.filter(
      ({ projects, disconnectingSince }) =>
        disconnectingSince === null && (projects === null || projects.includes(project)),
    );
  };

  /** The one that nobody has to choose. */
  const findOnlyRepository = async (link: Link): Promise<RepositoryInfo | undefined> => {
    const [only, ...others] = await repositories.list(link);
    return others.length === 0 ? only : undefined;
  };

  const showRepositories = async (reply: FastifyReply, way: pages.Way, search: string) => {
    const all = await repositories.list(way.link);
    const found = all.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
    const shown = found.slice(0, mostRepositories);
    return sendPage(reply, 200, title, pages.repositoriesPage(way, { search, shown, count: found.length }));
  };

  const showBranch = async (
    reply: FastifyReply,
    way: pages.Way,
    form: {
      repository: RepositoryInfo;
      csrfToken: string;
      from?: string;
      name?: string;
      error?: TielineError;
    },
  ) => {
    const { repository } = form;
    const all = await repositories.list(way.link);
    const bases = await branches.listBases(way.link, repository).catch((thrown: unknown) => {
      // What already went wrong is told; the list would only say that it still does.
      if (form.error === undefined || !(thrown instanceof TielineError)) throw thrown;
      return form.from === undefined ? [] : [form.from];
    });
    const { issueKey, issueSummary } = way.issue;
    const main = pages.branchPage(way, {
      ...form,
      bases,
      otherRepositories: all.length > 1,
      from: form.from ?? repository.defaultBranch ?? bases[0] ?? '',
      name: form.name ?? suggestBranchName(issueKey, issueSummary),
    });
    return sendPage(reply, form.error?.status ?? 200, title, main);
  };

  return async (app) => {
    preparePages(app);

    app.get(pages.path, pageOptions, async (request, reply) => {
      const session = await signedInPages.visitor(request, reply);
      if (session === undefined) return reply;
      const given = fieldsOf(request.query, fields);
      if (given.issueKey === '') return sendPage(reply, 200, title, pages.helpPage(publicUrl));
      const issue = issueOf(given);
      const offered = await listLinks(session, issue);
      const [first, ...others] = offered;
      if (first === undefined) return sendPage(reply, 200, title, pages.noLinkPage(issue));
      if (given.link === '' && others.length > 0) {
        return sendPage(reply, 200, title, pages.linksPage(issue, offered));
      }
      const link = given.link === '' ? first : the(offered, given.link);
      const way = { issue, link, otherLinks: others.length > 0 };
      try {
        const repository =
          given.repository === ''
            ? await findOnlyRepository(link)
            : await repositories.get(link, given.repository);
        if (repository === undefined) return await showRepositories(reply, way, given.search);
        return await showBranch(reply, way, { repository, csrfToken: session.csrfToken });
      } catch (thrown) {
        const error = shown(thrown, reply);
        const none = { search: given.search, shown: [], count: 0, error };
        return sendPage(reply, error.status, title, pages.repositoriesPage(way, none));
      }
    });

    app.post(pages.path, pageOptions, async (request, reply) => {
      const given = fieldsOf(request.body, fields);
      const session = await signedInPages.sender(request, reply, given.csrf);
      if (session === undefined) return reply;
      const issue = issueOf(given);
      const offered = await listLinks(session, issue);
      const link = the(offered, given.link);
      const way = { issue, link, otherLinks: offered.length > 1 };
      const repository = await repositories.get(link, given.repository);
      const name = given.name.trim();
      try {
        const wanted = { link, repository: repository.id, name, from: given.from || undefined };
        const made = await branches.create({ actor: session.actor, ip: request.ip }, wanted);
        const named = findIssueKeys(name).includes(issue.issueKey);
        const { url } = made.branch;
        return sendPage(
          reply,
          200,
          'The branch is there',
          pages.donePage(issue, { repository, name: made.branch.name, url, from: made.from, named }),
        );
      } catch (thrown) {
        const error = shown(thrown, reply);
        const { csrfToken } = session;
        return await showBranch(reply, way, { repository, csrfToken, from: given.from, name, error });
      }
    });
  };
}

/** @throws request-invalid */
function issueOf(given: { issueKey: string; issueSummary: string }): pages.Issue {
  const issueKey = given.issueKey.trim().toUpperCase();
  if (isIssueKey(issueKey)) return { issueKey, issueSummary: given.issueSummary.slice(0, longestSummary) };
  throw new TielineError('request-invalid', `"${given.issueKey.slice(0, 50)}" is not the key of an issue`, {
    hint: 'Come from an issue in Jira, or check the address template that Jira has.',
  });
}

/** @throws resource-not-found */
function the(offered: Link[], id: string): Link {
  const link = offered.find((candidate) => candidate.id === id);
  if (link === undefined) throw noLink(id);
  return link;
}

/** The error as the page shows it, also the host's; what is the hub's own failure is thrown on. */
function shown(thrown: unknown, reply: FastifyReply): TielineError {
  if (!(thrown instanceof TielineError) || thrown.code === 'internal-error') throw thrown;
  noteRetryAfter(thrown, reply);
  return thrown;
}
