import type { Answer } from '../answer.ts';
import type { Issue } from '../platform/platform.ts';
import { paragraphsOf } from '../platform/rich-text.ts';
import type { Route } from '../route.ts';
import type { World } from '../world.ts';
import { html, type Markup, moment } from './html.ts';
import { layout, liveScriptPath, pathBefore, stateMark } from './layout.ts';
import { liveScript } from './live-script.ts';

/** What an edition shows on an issue beside the issue itself. */
export interface IssueExtras {
  panels(issue: Issue): Markup[];
  /** In the list of issues, e.g. `2 builds, 1 deployments`. */
  counts(issue: Issue): string;
}

function description(issue: Issue): Markup {
  if (issue.description === null) return html`<p class="dim">No description.</p>`;
  return html`${paragraphsOf(issue.description).map((paragraph) => html`<p>${paragraph}</p>`)}`;
}

function issuePage(world: World, extras: IssueExtras, issue: Issue): Answer {
  const labels = issue.labels.map((label) => html`<span class="label">${label}</span> `);
  const main = html`
<nav class="crumbs" aria-label="Breadcrumbs"><a href="${pathBefore(world)}/">${issue.project.name}</a> / ${issue.key}</nav>
<h1>${issue.summary}</h1>
<div class="columns">
<div class="stack">
<section aria-labelledby="description"><h2 id="description">Description</h2>${description(issue)}</section>
<section aria-labelledby="details"><h2 id="details">Details</h2>
<dl>
<dt>Status</dt><dd>${stateMark(issue.status)}</dd>
<dt>Type</dt><dd>${issue.issueType.name}</dd>
<dt>Labels</dt><dd>${labels.length === 0 ? 'None' : labels}</dd>
<dt>Reporter</dt><dd>${issue.creator?.displayName ?? 'Nobody'}</dd>
<dt>Updated</dt><dd>${moment(issue.updatedAt)}</dd>
</dl>
</section>
</div>
<div class="stack">
${extras.panels(issue)}
</div>
</div>`;
  const live = `/_simulator/browse/${issue.key}`;
  return { status: 200, html: layout(world, `${issue.key} ${issue.summary}`, main, live) };
}

function missingPage(world: World, key: string): Answer {
  const main = html`<h1>There is no issue ${key}</h1><p><a href="${pathBefore(world)}/">All issues of this site</a></p>`;
  return { status: 404, html: layout(world, 'Issue not found', main) };
}

function indexPage(world: World, extras: IssueExtras): Answer {
  const issues = world.platform.listIssues();
  const row = (issue: Issue) => {
    return html`<li>
<div class="row"><span><a href="${pathBefore(world)}/browse/${issue.key}">${issue.key}</a> ${issue.summary}</span>${stateMark(issue.status)}</div>
<div class="dim">${issue.issueType.name}, ${extras.counts(issue)}</div>
</li>`;
  };
  const sections = world.platform.projects.map((project) => {
    const rows = issues.filter((issue) => issue.project.key === project.key).map(row);
    const list =
      rows.length === 0 ? html`<p class="dim">No issues.</p>` : html`<ul class="rows">${rows}</ul>`;
    return html`<section aria-labelledby="project-${project.key}"><h2 id="project-${project.key}">${project.name} (${project.key})</h2>${list}</section>`;
  });
  return {
    status: 200,
    html: layout(world, 'Issues', html`<h1>Issues</h1><div class="stack">${sections}</div>`),
  };
}

/** The pages for people. They need no credential: who can reach a simulator may look at it. */
export function pageRoutes(world: World, extras: IssueExtras): Route[] {
  return [
    { method: 'GET', path: '/', handle: () => indexPage(world, extras) },
    {
      method: 'GET',
      path: '/browse/:key',
      handle: (request) => browse(world, extras, request.parameter('key')),
    },
  ];
}

/** What lets an issue's page follow what happens; the simulator's own addresses, never below a context path. */
export function livePageRoutes(world: World, extras: IssueExtras): Route[] {
  return [
    {
      method: 'GET',
      path: liveScriptPath,
      handle: () => ({
        status: 200,
        headers: { 'content-type': 'text/javascript;charset=UTF-8' },
        body: liveScript,
      }),
    },
    {
      method: 'GET',
      path: '/_simulator/browse/:key',
      handle: (request) => browse(world, extras, request.parameter('key')),
    },
  ];
}

function browse(world: World, extras: IssueExtras, key: string): Answer {
  const issue = world.platform.findIssue(key);
  return issue === undefined ? missingPage(world, key) : issuePage(world, extras, issue);
}
