import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import type { ConnectionStore } from '../../connections/index.ts';
import type { Link } from '../links/link-store.ts';
import type { ApplicationStore } from './application-store.ts';
import { answerAsGithub, asReader, notFound, repositoryPath, version } from './github-answers.ts';
import { addHookRoutes } from './github-hook-routes.ts';
import type { HookStore } from './hook-store.ts';
import { cut, linkPages, type Paged, pageOf } from './paging.ts';
import type { PanelRepository, PanelSource } from './panel-source.ts';
import { bearsToken } from './reader.ts';
import type { Wire } from './wire.ts';

const named = z.object({ owner: z.string(), repo: z.string() });
const numbered = named.extend({ number: z.coerce.number().int().positive() });
const pullQuery = z.object({
  state: z.enum(['open', 'closed', 'all']).catch('open'),
  sort: z.enum(['created', 'updated']).catch('created'),
  direction: z.enum(['asc', 'desc']).catch('desc'),
});

/** `/api/v3`: what Jira's DVCS connector reads of GitHub Enterprise Server, and what other clients of it expect. */
export function githubRoutes(parts: {
  source: PanelSource;
  hooks: HookStore;
  applications: ApplicationStore;
  connections: ConnectionStore;
  wire: Wire;
  publicUrl: string;
  read(request: FastifyRequest): Promise<Link>;
}): FastifyPluginAsync {
  const { source, wire, publicUrl, read } = parts;

  const answerPage = <T, W>(
    request: FastifyRequest,
    reply: FastifyReply,
    { items, total }: Paged<T>,
    show: (item: T) => W,
  ): W[] => {
    linkPages(request, reply, { page: pageOf(request), total, base: publicUrl });
    return items.map(show);
  };
  const repositoryOf = async (request: FastifyRequest): Promise<PanelRepository> => {
    const link = await read(request);
    const { owner, repo } = named.parse(request.params);
    const found = await source.find(link, owner, repo);
    if (found === undefined) throw notFound();
    return found;
  };
  const pullRequestOf = async (request: FastifyRequest) => {
    const repository = await repositoryOf(request);
    const { number } = numbered.parse(request.params);
    const pullRequest = await source.findPullRequest(repository, number);
    if (pullRequest === undefined) throw notFound();
    return { repository, pullRequest };
  };

  const listRepositories = async (request: FastifyRequest, reply: FastifyReply, owner?: string) => {
    const link = await read(request);
    const all = await source.listRepositories(link);
    const mine = all.filter((one) => owner === undefined || one.owner.toLowerCase() === owner.toLowerCase());
    if (owner !== undefined && mine.length === 0) throw notFound();
    return answerPage(request, reply, cut(mine, pageOf(request)), wire.repository);
  };
  const login = z.object({ login: z.string() });

  return async (app) => {
    answerAsGithub(app);

    app.get('/api/v3', asReader, async (request) => {
      await read(request);
      const api = `${publicUrl}/api/v3`;
      return { current_user_url: `${api}/user`, repository_url: `${api}/repos/{owner}/{repo}` };
    });
    app.get('/api/v3/meta', asReader, async () => ({
      verifiable_password_authentication: false,
      installed_version: version,
    }));
    // As a server says on which no administrator has set limits.
    app.get('/api/v3/rate_limit', asReader, async (request) => {
      await read(request);
      throw new TielineError('resource-not-found', 'Rate limiting is not enabled.');
    });
    app.get('/api/v3/user', asReader, async (request) => {
      const { id, name } = await read(request);
      return { ...wire.account(`tieline-${id}`, 'User'), name: `Tieline: ${name}` };
    });
    app.get('/api/v3/user/repos', asReader, (request, reply) => listRepositories(request, reply));
    app.get('/api/v3/user/orgs', asReader, async (request) => {
      const accounts = await source.listAccounts(await read(request));
      return accounts.map((name) => wire.account(name, 'Organization'));
    });
    for (const kind of ['users', 'orgs']) {
      app.get(`/api/v3/${kind}/:login/repos`, asReader, (request, reply) =>
        listRepositories(request, reply, login.parse(request.params).login),
      );
      app.get(`/api/v3/${kind}/:login`, asReader, async (request, reply) => {
        // Jira may look for the account before it has a token, and takes 403 alone for a server that tells strangers nothing.
        if (!bearsToken(request)) return reply.status(403).send({ message: 'Must authenticate' });
        const link = await read(request);
        const wanted = login.parse(request.params).login;
        const accounts = await source.listAccounts(link);
        const account = accounts.find((name) => name.toLowerCase() === wanted.toLowerCase());
        if (account !== undefined) return { ...wire.account(account, 'Organization'), name: account };
        const person = kind === 'users' ? await source.findPerson(link, wanted) : undefined;
        if (person === undefined) throw notFound();
        return wire.user(person);
      });
    }

    const at = repositoryPath;
    app.get(at, asReader, async (request) => wire.repository(await repositoryOf(request)));
    app.get(`${at}/branches`, asReader, async (request, reply) => {
      const repository = await repositoryOf(request);
      const page = await source.listBranches(repository, pageOf(request));
      return answerPage(request, reply, page, (branch) => wire.branch(repository, branch));
    });
    app.get(`${at}/branches/*`, asReader, async (request) => {
      const repository = await repositoryOf(request);
      const name = z.object({ '*': z.string() }).parse(request.params)['*'];
      const branch = await source.findBranch(repository, name);
      if (branch === undefined) throw notFound();
      return wire.branch(repository, branch);
    });
    app.get(`${at}/commits/:sha`, asReader, async (request) => {
      const repository = await repositoryOf(request);
      const { sha } = z.object({ sha: z.string() }).parse(request.params);
      const found = await source.findCommit(repository, sha);
      if (found === undefined) throw notFound();
      return wire.commit(repository, found);
    });
    app.get(`${at}/pulls`, asReader, async (request, reply) => {
      const repository = await repositoryOf(request);
      const query = pullQuery.parse(request.query);
      const page = await source.listPullRequests(repository, query, pageOf(request));
      return answerPage(request, reply, page, (one) => wire.pullRequest(repository, one));
    });
    app.get(`${at}/pulls/:number`, asReader, async (request) => {
      const { repository, pullRequest } = await pullRequestOf(request);
      return wire.pullRequest(repository, pullRequest);
    });
    app.get(`${at}/pulls/:number/commits`, asReader, async (request, reply) => {
      const { repository, pullRequest } = await pullRequestOf(request);
      const commits = await source.listCommitsOf(repository, pullRequest);
      return answerPage(request, reply, cut(commits, pageOf(request)), (commit) =>
        wire.commit(repository, { commit }),
      );
    });
    app.get(`${at}/pulls/:number/reviews`, asReader, async (request) => {
      const { repository, pullRequest } = await pullRequestOf(request);
      return wire.reviews(repository, pullRequest);
    });
    // The hub counts comments and keeps none.
    for (const kind of ['pulls', 'issues']) {
      app.get(`${at}/${kind}/:number/comments`, asReader, async (request) => {
        await pullRequestOf(request);
        return [];
      });
    }
    app.get(`${at}/events`, asReader, async (request, reply) => {
      const repository = await repositoryOf(request);
      const page = await source.listEvents(repository, pageOf(request));
      return answerPage(request, reply, page, (one) => wire.event(repository, one));
    });

    addHookRoutes(app, { ...parts, repositoryOf, answerPage });

    app.all('/api/v3/*', asReader, async (request) => {
      await read(request);
      throw notFound();
    });
  };
}
