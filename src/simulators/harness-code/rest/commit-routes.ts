import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createBranch, push } from '../actions/refs.ts';
import type { Files } from '../git/fast-import.ts';
import { badRequest } from '../refusal.ts';
import type { Repository } from '../world.ts';
import { pageOf, sayPage } from './paging.ts';
import { bodyOf, inPath, isTrue, numberIn, textIn, textsIn } from './query.ts';
import type { Rest } from './rest.ts';
import { commitView, fileDiffView } from './views.ts';

const fileAction = z.object({
  action: z.enum(['CREATE', 'UPDATE', 'DELETE', 'MOVE', 'PATCH_TEXT']),
  path: z.string().min(1),
  payload: z.string().default(''),
  encoding: z.enum(['base64', 'utf8', '']).default('utf8'),
});
const newCommit = z.object({
  actions: z.array(fileAction).min(1),
  branch: z.string().min(1),
  new_branch: z.string().optional(),
  title: z.string().default(''),
  message: z.string().default(''),
});

function filesFrom(actions: z.output<typeof fileAction>[]): Files {
  return Object.fromEntries(
    actions.map(({ action, path, payload, encoding }) => {
      if (action === 'DELETE') return [path, null];
      if (action === 'CREATE' || action === 'UPDATE') {
        return [path, encoding === 'base64' ? Buffer.from(payload, 'base64').toString('utf8') : payload];
      }
      throw badRequest(`The simulated host does not know the file action ${action}.`);
    }),
  );
}

/** Two revisions, `base..head` or, from where they parted, `base...head`. */
async function rangeOf({ git }: Repository, text: string): Promise<{ from: string; to: string }> {
  const [, base = '', dots = '', head = ''] = /^(.+?)(\.{2,3})(.+)$/.exec(text) ?? [];
  if (dots === '') throw badRequest(`Invalid format "${text}": expected base..head or base...head.`);
  const to = await git.get(head);
  const from = await git.get(base);
  return { from: dots === '..' ? from : ((await git.mergeBase(from, to)) ?? from), to };
}

/** Answers with a list of files, or with a patch, as the caller accepts. */
export async function sayDiff(
  request: FastifyRequest,
  reply: FastifyReply,
  { git }: Repository,
  { from, to }: { from: string; to: string },
): Promise<unknown> {
  if ((request.headers.accept ?? '').includes('text/plain')) {
    reply.type('text/plain; charset=utf-8');
    return git.getPatch(from, to);
  }
  return (await git.listDifferences(from, to, textsIn(request, 'path'))).map(fileDiffView);
}

/** Commits and what lies between them. */
export function commitRoutes({ app, host, world, actOn }: Rest): void {
  app.get('/repos/:repo_ref/commits', async (request, reply) => {
    const { repository } = actOn(request, 'view');
    const { git, defaultBranch } = repository;
    const asked = pageOf(request);
    const from = await git.get(textIn(request, 'git_ref') || defaultBranch);
    const afterRef = textIn(request, 'after');
    const after = afterRef === undefined || afterRef === '' ? undefined : await git.get(afterRef);
    const commits = await git.listCommits({
      from,
      after,
      path: textIn(request, 'path'),
      since: numberIn(request, 'since'),
      until: numberIn(request, 'until'),
      author: textIn(request, 'author'),
      committer: textIn(request, 'committer'),
      skip: asked.skip,
      limit: asked.limit,
    });
    const withStats = isTrue(request, 'include_stats');
    const changes = withStats ? await git.listChanges(commits.map((one) => one.sha)) : undefined;
    const isWhole = asked.page === 1 && commits.length < asked.limit;
    const total = after === undefined || isWhole ? commits.length : await git.countCommits(from, after);
    sayPage(request, reply, asked, commits.length < asked.limit);
    return {
      commits: commits.map((one) => commitView(one, withStats ? (changes?.get(one.sha) ?? []) : undefined)),
      rename_details: [],
      // Counted only where it is cheap: on a first page that holds all, or against another commit.
      total_commits: after !== undefined || isWhole ? total : 0,
    };
  });

  app.post('/repos/:repo_ref/commits', async (request) => {
    const act = actOn(request, 'push');
    const given = bodyOf(request, newCommit);
    const message = [given.title, given.message].filter((text) => text !== '').join('\n\n');
    const branch = given.new_branch || given.branch;
    // Before the commit, as the host does: the new branch is created, then it is updated.
    if (branch !== given.branch) await createBranch(host, act, branch, given.branch);
    const committer = { ...world.system, at: world.now() };
    const commits = [{ message: message || 'Commit', files: filesFrom(given.actions) }];
    const [sha = ''] = await push(host, act, { branch, commits, committer });
    const changed = (await act.repository.git.listChanges([sha])).get(sha) ?? [];
    return {
      commit_id: sha,
      dry_run_rules: false,
      rule_violations: [],
      changed_files: changed.map((one) => ({ path: one.path, blob_sha: one.sha })),
    };
  });

  app.get('/repos/:repo_ref/commits/:commit_sha', async (request) => {
    const { git } = actOn(request, 'view').repository;
    return commitView(await git.getCommit(await git.get(inPath(request, 'commit_sha'))));
  });

  app.get('/repos/:repo_ref/commits/:commit_sha/diff', async (request, reply) => {
    const { git } = actOn(request, 'view').repository;
    const sha = await git.get(inPath(request, 'commit_sha'));
    reply.type('text/plain; charset=utf-8');
    return git.getCommitPatch(sha);
  });

  app.get('/repos/:repo_ref/diff/*', async (request, reply) => {
    const { repository } = actOn(request, 'view');
    return sayDiff(request, reply, repository, await rangeOf(repository, inPath(request, '*')));
  });

  app.get('/repos/:repo_ref/diff-stats/*', async (request) => {
    const { repository } = actOn(request, 'view');
    const { from, to } = await rangeOf(repository, inPath(request, '*'));
    const files = await repository.git.listDifferences(from, to);
    const sum = (pick: 'insertions' | 'deletions') => files.reduce((total, one) => total + one[pick], 0);
    return {
      commits: await repository.git.countCommits(to, from),
      files_changed: files.length,
      additions: sum('insertions'),
      deletions: sum('deletions'),
    };
  });
}
