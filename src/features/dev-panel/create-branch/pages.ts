import type { RepositoryInfo } from '../../../kit/dev-info.ts';
import type { TielineError } from '../../../kit/errors.ts';
import { errorBox, html, type Markup } from '../../access/index.ts';
import type { Link } from '../links/link-store.ts';

export const path = '/create-branch';

/** The issue that Jira sent somebody for. */
export interface Issue {
  issueKey: string;
  issueSummary: string;
}

/** The address of a step. */
const addressOf = (issue: Issue, chosen: Record<string, string> = {}): string =>
  `${path}?${new URLSearchParams({ ...issue, ...chosen })}`;

const hidden = (fields: Record<string, string>): Markup[] =>
  Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);

/** A path of the host, which may go on in the next line behind each slash. */
const breakable = (name: string): Markup[] =>
  name.split('/').map((part, index) => (index === 0 ? html`${part}` : html`/<wbr>${part}`));

/** What is chosen so far, each with a way back where there is another choice. */
function chosenOf(
  issue: Issue,
  rows: { label: string; value: Markup[] | string; change?: string }[],
): Markup {
  const issueRow = html`<dt>Issue</dt><dd><strong>${issue.issueKey}</strong> ${issue.issueSummary}</dd>`;
  return html`<dl>${issueRow}${rows.map(
    ({ label, value, change }) =>
      html`<dt>${label}</dt><dd>${value}${
        change === undefined
          ? undefined
          : html` <a href="${change}" aria-label="Choose another ${label.toLowerCase()}">Change</a>`
      }</dd>`,
  )}</dl>`;
}

/** What to enter in Jira, for whoever comes without an issue. */
export const helpPage = (publicUrl: string | undefined): Markup => html`<section>
<p>Jira sends people here who choose <strong>Create branch</strong> on an issue. Enter this address in Jira as the
template for creating branches:</p>
<pre><code>${publicUrl ?? 'https://this-hub'}${path}?issueKey={issue.key}&issueSummary={issue.summary}</code></pre>
</section>
<p><a href="/">Back</a></p>`;

/** Nowhere to make a branch for this issue. */
export const noLinkPage = (issue: Issue): Markup => html`<section>
${chosenOf(issue, [])}
<p>No link takes this issue’s project where you are an operator. An administrator can give you the role, or tie a code
host to Jira.</p>
</section>`;

/** The links to choose from. */
export const linksPage = (issue: Issue, links: Link[]): Markup => html`<section>
${chosenOf(issue, [])}
<h2>Where?</h2>
<ul class="list">${links.map(
  (link) =>
    html`<li><a href="${addressOf(issue, { link: link.id })}">${link.name}: ${link.scopes
      .map(({ path: covered }) => covered)
      .join(', ')}</a></li>`,
)}</ul>
</section>`;

/** What both later steps show of the way that led to them. */
export interface Way {
  issue: Issue;
  link: Link;
  /** Whether there is another link to choose. */
  otherLinks: boolean;
}

const linkRow = ({ issue, link, otherLinks }: Way) => ({
  label: 'Link',
  value: link.name,
  change: otherLinks ? addressOf(issue) : undefined,
});

/** The repositories to choose from, as many as a page can take. */
export function repositoriesPage(
  way: Way,
  found: { search: string; shown: RepositoryInfo[]; count: number; error?: TielineError },
): Markup {
  const { issue, link } = way;
  const { search, shown, count, error } = found;
  const note =
    count > shown.length
      ? `The first ${shown.length} of ${count}: search to find the others.`
      : `${count === 1 ? 'One repository' : `${count} repositories`}.`;
  return html`${errorBox(error)}<section>
${chosenOf(issue, [linkRow(way)])}
<form method="get" action="${path}" role="search">
${hidden({ ...issue, link: link.id })}
<label for="search">Search a repository</label>
<input id="search" name="search" type="search" value="${search}" autocomplete="off" aria-describedby="search-note" autofocus>
${error === undefined ? html`<small id="search-note">${note}</small>` : undefined}
<button class="plain">${error === undefined ? 'Search' : 'Try again'}</button>
</form>
</section>
${
  shown.length === 0
    ? undefined
    : html`<section><h2>Repositories</h2><ul class="list">${shown.map(
        ({ id, name }) =>
          html`<li><a href="${addressOf(issue, { link: link.id, repository: id })}">${breakable(name)}</a></li>`,
      )}</ul></section>`
}`;
}

/** The last step: from which branch, under which name. */
export function branchPage(
  way: Way,
  form: {
    repository: RepositoryInfo;
    otherRepositories: boolean;
    bases: string[];
    from: string;
    name: string;
    csrfToken: string;
    error?: TielineError;
  },
): Markup {
  const { issue, link } = way;
  const { repository, otherRepositories, bases, from, name, csrfToken, error } = form;
  const repositoryRow = {
    label: 'Repository',
    value: breakable(repository.name),
    change: otherRepositories ? addressOf(issue, { link: link.id, search: '' }) : undefined,
  };
  const selected = (base: string) => (base === from ? html` selected` : undefined);
  return html`${errorBox(error)}<section>
${chosenOf(issue, [linkRow(way), repositoryRow])}
<form method="post" action="${path}">
${hidden({ csrf: csrfToken, ...issue, link: link.id, repository: repository.id })}
<label for="from">Begin from</label>
<select id="from" name="from">${bases.map(
    (base) =>
      html`<option value="${base}"${selected(base)}>${base}${
        base === repository.defaultBranch ? ' (default)' : undefined
      }</option>`,
  )}</select>
<label for="name">Name of the branch</label>
<input id="name" name="name" type="text" value="${name}" required maxlength="244" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="name-note">
<small id="name-note">With ${issue.issueKey} in it, the branch shows on the issue.</small>
<button>Create the branch</button>
</form>
</section>`;
}

/** Names that a shell takes as they are. */
const plainName = /^[\w./-]+$/;

/** The branch is made. */
export function donePage(
  issue: Issue,
  made: { repository: RepositoryInfo; name: string; url: string; from: string; named: boolean },
): Markup {
  const { repository, name, url, from, named } = made;
  return html`<section>
<dl><dt>Branch</dt><dd><a href="${url}">${name}</a></dd>
<dt>From</dt><dd>${from}</dd>
<dt>Repository</dt><dd><a href="${repository.url}">${breakable(repository.name)}</a></dd></dl>
<p>${
    named
      ? `It shows on ${issue.issueKey} as soon as the code host has told the hub.`
      : `Its name does not hold ${issue.issueKey}: it shows on the issue once a pull request that names the issue is made from it.`
  }</p>
${
  plainName.test(name)
    ? html`<p>To work on it:</p>
<pre><code>git fetch origin
git switch ${name}</code></pre>`
    : undefined
}
</section>`;
}
