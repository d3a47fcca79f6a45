import { findPullRequestApi } from '../code-hosts.ts';
import { type CiDefinition, from, type Read } from './definition.ts';

const collection = (read: Read) =>
  (read('SYSTEM_COLLECTIONURI') ?? read('SYSTEM_TEAMFOUNDATIONCOLLECTIONURI'))?.replace(/\/$/, '');

/** Path segments of a pull request by Azure's name for the kind of repository. */
const pullRequestPaths: Readonly<Record<string, string>> = {
  TfsGit: '/pullrequest/',
  GitHub: '/pull/',
  GitHubEnterprise: '/pull/',
  Bitbucket: '/pull-requests/',
};

/** Path segments of a commit by Azure's name for the kind of repository. */
const commitPaths: Readonly<Record<string, string>> = {
  TfsGit: '/commit/',
  GitHub: '/commit/',
  GitHubEnterprise: '/commit/',
  Bitbucket: '/commits/',
};

const inRepository = (paths: Readonly<Record<string, string>>, name: string) =>
  from(name, (value, read) => {
    const path = paths[read('BUILD_REPOSITORY_PROVIDER') ?? ''];
    const repository = read('BUILD_REPOSITORY_URI')?.replace(/\.git$/, '');
    return path === undefined || repository === undefined ? undefined : `${repository}${path}${value}`;
  });

/** Azure Pipelines. BUILD_BUILDNUMBER is a text such as 20260114.2; the number is BUILD_BUILDID. */
export const azurePipelines: CiDefinition = {
  name: 'Azure Pipelines',
  docs: 'https://learn.microsoft.com/en-us/azure/devops/pipelines/build/variables',
  detectedBy: ['TF_BUILD', 'BUILD_BUILDURI'],
  findPullRequestApi: (read, number) => {
    if (read('BUILD_REPOSITORY_PROVIDER') !== 'TfsGit') {
      return findPullRequestApi(read('BUILD_REPOSITORY_URI'), number);
    }
    const [base, project] = [collection(read), read('SYSTEM_TEAMPROJECT')];
    const repository = read('BUILD_REPOSITORY_ID');
    if (base === undefined || project === undefined || repository === undefined) return undefined;
    const path = `${encodeURIComponent(project)}/_apis/git/repositories/${encodeURIComponent(repository)}`;
    // Azure DevOps Server 2019 knows this version, and so does every later one.
    return { host: 'azure-devops', url: `${base}/${path}/pullrequests/${number}?api-version=5.0` };
  },
  fields: {
    pipelineId: [
      from('SYSTEM_DEFINITIONID', (id, read) => `${read('SYSTEM_TEAMPROJECT') ?? 'project'}/${id}`),
      'BUILD_DEFINITIONNAME',
    ],
    pipelineName: 'BUILD_DEFINITIONNAME',
    buildNumber: 'BUILD_BUILDID',
    buildLink: from('BUILD_BUILDID', (id, read) => {
      const [base, project] = [collection(read), read('SYSTEM_TEAMPROJECT')];
      if (base === undefined || project === undefined) return undefined;
      return `${base}/${encodeURIComponent(project)}/_build/results?buildId=${id}`;
    }),
    status: 'AGENT_JOBSTATUS',
    branch: 'BUILD_SOURCEBRANCH',
    sourceBranch: 'SYSTEM_PULLREQUEST_SOURCEBRANCH',
    targetBranch: ['SYSTEM_PULLREQUEST_TARGETBRANCH', 'SYSTEM_PULLREQUEST_TARGETBRANCHNAME'],
    commitSha: ['SYSTEM_PULLREQUEST_SOURCECOMMITID', 'BUILD_SOURCEVERSION'],
    commitMessage: 'BUILD_SOURCEVERSIONMESSAGE',
    commitLink: [
      inRepository(commitPaths, 'SYSTEM_PULLREQUEST_SOURCECOMMITID'),
      inRepository(commitPaths, 'BUILD_SOURCEVERSION'),
    ],
    pullRequestNumber: ['SYSTEM_PULLREQUEST_PULLREQUESTNUMBER', 'SYSTEM_PULLREQUEST_PULLREQUESTID'],
    pullRequestLink: [
      inRepository(pullRequestPaths, 'SYSTEM_PULLREQUEST_PULLREQUESTNUMBER'),
      inRepository(pullRequestPaths, 'SYSTEM_PULLREQUEST_PULLREQUESTID'),
    ],
    repositoryUrl: 'BUILD_REPOSITORY_URI',
    triggeredBy: ['BUILD_REQUESTEDFOR', 'BUILD_QUEUEDBY'],
  },
};
