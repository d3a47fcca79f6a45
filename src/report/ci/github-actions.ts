import { type CiDefinition, from, joined, type Read } from './definition.ts';

const eventPrefix = 'event:';

/** The value at a path of dots in the event, as text. */
function findInEvent(event: unknown, path: string): string | undefined {
  let value = event;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === part)?.[1];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

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
      name.startsWith(eventPrefix) ? findInEvent(event, name.slice(eventPrefix.length)) : undefined;
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
    pullRequestNumber: 'event:pull_request.number',
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
