import type { Commit } from '../git/commit.ts';
import { linksOf } from '../links.ts';
import type { PullRequest } from '../pull-request.ts';
import type { Repository, World } from '../world.ts';
import { html, type Markup, moment } from './html.ts';
import { stateMark } from './layout.ts';

/** A page shows so many of each; a long history is for git. */
const shown = 50;

const section = (
  title: string,
  id: string,
  rows: Markup[],
  none: string,
  total = rows.length,
): Markup => html`
<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${rows.length === 0 ? html`<p class="dim">${none}</p>` : html`<ul>${rows}</ul>`}
${total > rows.length ? html`<p class="dim">And ${total - rows.length} more.</p>` : ''}
</section>`;

const linkTo = (url: string) => new URL(url).pathname;

const stateOf = ({ state, isDraft }: PullRequest) => (state === 'open' && isDraft ? 'draft' : state);

function commitRow(world: World, repository: Repository, commit: Commit): Markup {
  const link = linkTo(linksOf(world, repository).commit(commit.sha));
  return html`<li><div><a href="${link}"><code>${commit.sha.slice(0, 7)}</code></a> ${commit.title}</div>
<div class="dim">${commit.author.name}, ${moment(commit.author.when)}</div></li>`;
}

/** All repositories, each with what is open. */
export function indexPage(world: World): Markup {
  const rows = world.repositories
    .filter((one) => one.deletedAt === undefined)
    .map((one) => {
      const open = one.pullRequests.filter(({ state }) => state === 'open').length;
      const path = world.pathOf(one);
      return html`<li><div class="row"><span><a href="${linkTo(linksOf(world, one).page)}">${path}</a></span>
${one.archived ? stateMark('archived') : html`<span class="dim">${open} open</span>`}</div>
<div class="dim">${one.description}</div></li>`;
    });
  return html`<h1>Repositories</h1>${section('All', 'all', rows, 'There is no repository.')}`;
}

/** One repository: pull requests, branches, the newest commits and tags. */
export async function repositoryPage(world: World, repository: Repository): Promise<Markup> {
  const { git, defaultBranch, pullRequests } = repository;
  const branches = await git.listRefs('heads');
  const tags = await git.listRefs('tags');
  const head = await git.find(`refs/heads/${defaultBranch}`);
  const commits = head === undefined ? [] : await git.listCommits({ from: head, limit: 10 });
  const links = linksOf(world, repository);
  const pulls = [...pullRequests].reverse().slice(0, shown);
  const pullRow = (pull: PullRequest) => html`<li><div class="row">
<span><a href="${linkTo(links.pull(pull.number))}">#${pull.number}</a> ${pull.title}</span>${stateMark(stateOf(pull))}</div>
<div class="dim">${pull.sourceBranch} to ${pull.targetBranch}, ${pull.author.displayName}</div></li>`;
  const branchRow = ({ name, sha }: { name: string; sha: string }) => html`<li><div class="row">
<span>${name}</span><a href="${linkTo(links.commit(sha))}"><code>${sha.slice(0, 7)}</code></a></div></li>`;
  const path = world.pathOf(repository);
  const above = path.slice(0, path.lastIndexOf('/'));
  return html`<div><p class="dim">${above}</p><h1>${repository.identifier}</h1>
<p class="dim">${repository.description}</p></div>
${section('Pull requests', 'pulls', pulls.map(pullRow), 'No pull requests.', pullRequests.length)}
${section('Branches', 'branches', branches.slice(0, shown).map(branchRow), 'No branches.', branches.length)}
${section(
  `Newest on ${defaultBranch}`,
  'commits',
  commits.map((one) => commitRow(world, repository, one)),
  'No commits.',
)}
${section('Tags', 'tags', tags.slice(0, shown).map(branchRow), 'No tags.', tags.length)}`;
}

/** One pull request: its text, its reviewers, what it brings and what was said. */
export async function pullPage(world: World, repository: Repository, pull: PullRequest): Promise<Markup> {
  const { git } = repository;
  const range = { from: pull.sourceSha, after: pull.mergeBaseSha };
  const commits = await git.listCommits({ ...range, limit: shown });
  const files = await git.listDifferences(pull.mergeBaseSha, pull.sourceSha);
  const page = linkTo(linksOf(world, repository).page);
  const fileRows = files.slice(0, shown).map(
    (one) => html`<li><div class="row"><span>${one.path}</span>
<span class="dim">+${one.insertions} -${one.deletions}</span></div></li>`,
  );
  const reviewers = pull.reviewers.map(
    (one) =>
      html`<li><div class="row"><span>${one.principal.displayName}</span>${stateMark(one.decision)}</div></li>`,
  );
  const comments = pull.activities.filter((one) => one.kind !== 'system' && one.deleted === null);
  const said = comments.map(
    (one) =>
      html`<li><p>${one.text}</p><div class="dim">${one.author.displayName}, ${moment(one.created)}</div></li>`,
  );
  return html`<div><p class="dim"><a href="${page}">${world.pathOf(repository)}</a></p>
<h1>#${pull.number} ${pull.title}</h1></div>
<section aria-labelledby="about"><h2 id="about">About</h2><p>${stateMark(stateOf(pull))}
${pull.sourceBranch} to ${pull.targetBranch}, by ${pull.author.displayName}, ${moment(pull.created)}</p>
<p>${pull.description}</p></section>
${section('Reviewers', 'reviewers', reviewers, 'Nobody was asked.')}
${section(
  'Commits',
  'commits',
  commits.map((one) => commitRow(world, repository, one)),
  'No commits.',
  pull.stats.commits,
)}
${section('Files', 'files', fileRows, 'No files.', files.length)}
${section('Comments', 'comments', said, 'Nobody said anything.')}`;
}

/** One commit with its patch. */
export async function commitPage(world: World, repository: Repository, sha: string): Promise<Markup> {
  const commit = await repository.git.getCommit(sha);
  const patch = await repository.git.getCommitPatch(sha);
  const page = linkTo(linksOf(world, repository).page);
  return html`<div><p class="dim"><a href="${page}">${world.pathOf(repository)}</a></p><h1>${commit.title}</h1></div>
<section aria-labelledby="about"><h2 id="about">About</h2>
<p><code>${commit.sha}</code></p><p>${commit.author.name}, ${moment(commit.author.when)}</p><p>${commit.message}</p></section>
<section aria-labelledby="patch"><h2 id="patch">Changes</h2><pre tabindex="0">${patch.slice(0, 100_000)}</pre></section>`;
}
