import type { BuildData } from '../devops/build-schema.ts';
import type { DeploymentData } from '../devops/deployment-schema.ts';
import type { Commit, PullRequest } from '../devops/devinfo-schema.ts';
import type { Development, SimulatorState } from '../state.ts';
import { html, type Markup, moment, outsideLink } from './html.ts';
import { stateMark } from './layout.ts';
import type { IssueExtras } from './page-routes.ts';

const newestFirst = <T extends { lastUpdated: string }>(list: T[]) =>
  [...list].sort((a, b) => Date.parse(b.lastUpdated) - Date.parse(a.lastUpdated));

function panel(id: string, title: string, rows: Markup[], count = `${rows.length}`): Markup {
  const content =
    rows.length === 0 ? html`<p class="dim">Nothing yet.</p>` : html`<ul class="rows">${rows}</ul>`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title} (${count})</h2>${content}</section>`;
}

function tests({ testInfo }: BuildData): Markup | undefined {
  if (testInfo === undefined) return undefined;
  const { totalNumber, numberPassed, numberFailed, numberSkipped } = testInfo;
  return html`<div class="dim">Tests: ${numberPassed} of ${totalNumber} passed, ${numberFailed} failed, ${numberSkipped} skipped</div>`;
}

/** A name and its number, once: many names hold it already. */
function numbered(url: string, name: string, number: number): Markup {
  const holdsIt = name.match(/\d+/g)?.includes(String(number)) === true;
  return html`${outsideLink(url, name)}${holdsIt ? '' : ` #${number}`}`;
}

/** The builds of an issue, newest first. */
function buildsPanel(builds: BuildData[]): Markup {
  const rows = newestFirst(builds).map(
    (build) => html`<li>
<div class="row"><span>${numbered(build.url, build.displayName, build.buildNumber)}</span>${stateMark(build.state)}</div>
${build.description === undefined ? undefined : html`<div>${build.description}</div>`}
${tests(build)}
<div class="dim">${build.label === undefined ? '' : `${build.label}, `}${moment(build.lastUpdated)}</div>
</li>`,
  );
  return panel('builds', 'Builds', rows);
}

/** The deployments of an issue, newest first, each with its environment's own name and type. */
function deploymentsPanel(deployments: DeploymentData[]): Markup {
  const rows = newestFirst(deployments).map(
    (one) => html`<li>
<div class="row"><span>${numbered(one.url, one.displayName, one.deploymentSequenceNumber)}</span>${stateMark(one.state)}</div>
<div>${one.environment.displayName} <span class="label">${one.environment.type}</span></div>
${one.description === '' ? undefined : html`<div>${one.description}</div>`}
<div class="dim">${outsideLink(one.pipeline.url, one.pipeline.displayName)}, ${moment(one.lastUpdated)}</div>
</li>`,
  );
  return panel('deployments', 'Deployments', rows);
}

const nameOf = (person: {
  name?: string | undefined;
  email?: string | undefined;
  accountId?: string | undefined;
}) => person.name ?? person.email ?? person.accountId ?? 'Somebody';

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function commitRow(commit: Commit): Markup {
  const [subject = ''] = commit.message.split('\n');
  return html`<li>
<div class="row"><span>${outsideLink(commit.url, commit.displayId)} ${subject}</span></div>
<div class="dim">${nameOf(commit.author)}, ${moment(commit.authorTimestamp)}, ${counted(commit.fileCount, 'file', 'files')}</div>
</li>`;
}

function pullRequestRow(pull: PullRequest): Markup {
  const reviewers = (pull.reviewers ?? []).map(
    (one) => html`<li class="row"><span>${nameOf(one)}</span>${stateMark(one.approvalStatus)}</li>`,
  );
  return html`<li>
<div class="row"><span>${outsideLink(pull.url, pull.displayId)} ${pull.title}</span>${stateMark(pull.status)}</div>
<div class="dim">${nameOf(pull.author)}: <code>${pull.sourceBranch}</code>${
    pull.destinationBranch === undefined ? undefined : html` into <code>${pull.destinationBranch}</code>`
  }, ${moment(pull.lastUpdate)}</div>
${reviewers.length === 0 ? undefined : html`<div class="dim">Reviewers</div><ul class="rows">${reviewers}</ul>`}
</li>`;
}

function repository(one: Development): Markup {
  const group = (title: string, rows: Markup[]) =>
    rows.length === 0 ? undefined : html`<h3>${title}</h3><ul class="rows">${rows}</ul>`;
  const branches = one.branches.map(
    (branch) => html`<li>
<div class="row"><span>${outsideLink(branch.url, branch.name)}</span></div>
<div class="dim">Last commit ${outsideLink(branch.lastCommit.url, branch.lastCommit.displayId)}</div>
</li>`,
  );
  return html`<li><strong>${outsideLink(one.repository.url, one.repository.name)}</strong>
${group('Branches', branches)}
${group('Commits', one.commits.map(commitRow))}
${group('Pull requests', one.pullRequests.map(pullRequestRow))}
</li>`;
}

/** What Cloud shows of an issue's development, builds and deployments. */
export const devopsExtras = (state: SimulatorState): IssueExtras => ({
  panels: ({ key }) => [
    developmentPanel(state.development(key)),
    buildsPanel(state.builds(key)),
    deploymentsPanel(state.deployments(key)),
  ],
  counts: ({ key }) => `${state.builds(key).length} builds, ${state.deployments(key).length} deployments`,
});

/** Branches, commits and pull requests of an issue, by repository. */
function developmentPanel(development: Development[]): Markup {
  const repositories = counted(development.length, 'repository', 'repositories');
  return panel('development', 'Development', development.map(repository), repositories);
}
