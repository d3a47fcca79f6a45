import { textAt } from '../json-path.ts';
import { type CiDefinition, from, joined, type Read } from './definition.ts';

const eventPrefix = 'event:';

/** `octocat/hello/.github/workflows/build.yml@refs/heads/main` → `octocat/hello/build.yml`: the run number counts for it. */
function workflowId(reference: string): string | undefined {
  const path = reference.split('@')[0];
  return path?.replace('/.github/workflows/', '/');
}

const inRepository = (path: string) => (read: Read) => {
  const [server, repository] = [read('GITHUB_SERVER_URL'), read('GITHUB_REPOSITORY')];
  return server === undefined || repository === undefined ? undefined : `${server}/${repository}${path}`;
};

const under = (path: string, name: string) =>
  from(name, (value, read) => inRepository(`${path}${value}`)(read));

/**
 * GitHub Actions, and Gitea's and Forgejo's, which set the same names. The environment has no status of the job, so
 * STATE is needed there. In a workflow that follows another (`workflow_run`) the followed run is the one reported.
 */
export const githubActions: CiDefinition = {
  name: 'GitHub Actions',
  docs: 'https://docs.github.com/en/actions/reference/workflows-and-actions/variables',
  detectedBy: ['GITHUB_ACTIONS'],
  openFile: (env, readText) => {
    const path = env.GITHUB_EVENT_PATH;
    const event: unknown = path === undefined || path === '' ? undefined : JSON.parse(readText(path));
    return (name) =>
      name.startsWith(eventPrefix) ? textAt(event, name.slice(eventPrefix.length)) : undefined;
  },
  findPullRequestApi: (read, number) => {
    const [api, repository] = [read('GITHUB_API_URL'), read('GITHUB_REPOSITORY')];
    if (api === undefined || repository === undefined) return undefined;
    return { host: 'github', url: `${api}/repos/${repository}/pulls/${number}` };
  },
  fields: {
    pipelineId: [
      from('event:workflow_run.path', (path, read) =>
        from('GITHUB_REPOSITORY', (repository) => workflowId(`${repository}/${path}`))(read),
      ),
      from('GITHUB_WORKFLOW_REF', workflowId),
      joined('/', 'GITHUB_REPOSITORY', 'GITHUB_WORKFLOW'),
      'GITHUB_REPOSITORY',
    ],
    pipelineName: ['event:workflow_run.name', 'GITHUB_WORKFLOW', 'GITHUB_REPOSITORY'],
    buildNumber: ['event:workflow_run.run_number', 'GITHUB_RUN_NUMBER'],
    buildLink: ['event:workflow_run.html_url', under('/actions/runs/', 'GITHUB_RUN_ID')],
    status: ['event:workflow_run.conclusion', 'event:workflow_run.status'],
    branch: ['event:workflow_run.head_branch', 'GITHUB_REF'],
    sourceBranch: ['event:pull_request.head.ref', 'GITHUB_HEAD_REF'],
    targetBranch: ['event:pull_request.base.ref', 'GITHUB_BASE_REF'],
    // GITHUB_SHA of a pull request is the trial merge, which nobody has seen.
    commitSha: ['event:workflow_run.head_sha', 'event:pull_request.head.sha', 'GITHUB_SHA'],
    commitMessage: ['event:workflow_run.head_commit.message', 'event:head_commit.message'],
    commitLink: [
      under('/commit/', 'event:workflow_run.head_sha'),
      under('/commit/', 'event:pull_request.head.sha'),
      under('/commit/', 'GITHUB_SHA'),
    ],
    pullRequestNumber: [
      'event:pull_request.number',
      'event:workflow_run.pull_requests.0.number',
      // A merge queue: refs/heads/gh-readonly-queue/main/pr-7-0f3c…
      from('event:merge_group.head_ref', (reference) => /\/pr-(\d+)-/.exec(reference)?.[1]),
      from('GITHUB_REF', (reference) => /^refs\/pull\/(\d+)\//.exec(reference)?.[1]),
    ],
    pullRequestTitle: 'event:pull_request.title',
    pullRequestLink: 'event:pull_request.html_url',
    repositoryUrl: inRepository(''),
    startedAt: 'event:workflow_run.run_started_at',
    finishedAt: from('event:workflow_run.updated_at', (time, read) =>
      read('event:workflow_run.conclusion') === undefined ? undefined : time,
    ),
    triggeredBy: ['event:workflow_run.actor.login', 'GITHUB_TRIGGERING_ACTOR', 'GITHUB_ACTOR'],
  },
};
