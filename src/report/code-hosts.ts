import type { AuthScheme } from '../kit/http.ts';
import type { Secret } from '../kit/secret.ts';
import type { CodeHostName, PullRequestApi } from './ci/definition.ts';

/** A code host, as far as it tells of one pull request. */
export interface CodeHost {
  /** The page of its API that the entry follows. */
  docs: string;
  /** Variables that may hold a token for it; the first that is set counts. */
  tokens: readonly string[];
  authorize(token: Secret): AuthScheme;
  /** The host of its public site, and where its API has a pull request of the repository at this path of the site. */
  site?: { hostname: string; address(repositoryPath: string, number: string): string };
  /** Where the answer holds what, as paths of dots. */
  fields: { title: string; link?: string; sourceBranch: string; targetBranch: string };
}

const bearer = (token: Secret): AuthScheme => ({ type: 'bearer', token });

/** The code hosts that are asked. Self-hosted ones are, where the CI tells the address of their API. */
export const codeHosts: Readonly<Record<CodeHostName, CodeHost>> = {
  github: {
    docs: 'https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request',
    tokens: ['GITHUB_TOKEN', 'GH_TOKEN'],
    authorize: bearer,
    site: {
      hostname: 'github.com',
      address: (path, number) => `https://api.github.com/repos${path}/pulls/${number}`,
    },
    fields: { title: 'title', link: 'html_url', sourceBranch: 'head.ref', targetBranch: 'base.ref' },
  },
  gitlab: {
    docs: 'https://docs.gitlab.com/api/merge_requests/#get-single-mr',
    // Not CI_JOB_TOKEN: GitLab refuses it here, see https://gitlab.com/gitlab-org/gitlab/-/issues/545150.
    tokens: ['GITLAB_TOKEN', 'GL_TOKEN'],
    authorize: (value) => ({ type: 'header', name: 'PRIVATE-TOKEN', value }),
    site: {
      hostname: 'gitlab.com',
      address: (path, number) =>
        `https://gitlab.com/api/v4/projects/${encodeURIComponent(path.slice(1))}/merge_requests/${number}`,
    },
    fields: {
      title: 'title',
      link: 'web_url',
      sourceBranch: 'source_branch',
      targetBranch: 'target_branch',
    },
  },
  bitbucket: {
    docs: 'https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/',
    tokens: ['BITBUCKET_TOKEN', 'BITBUCKET_ACCESS_TOKEN'],
    authorize: bearer,
    site: {
      hostname: 'bitbucket.org',
      address: (path, number) => `https://api.bitbucket.org/2.0/repositories${path}/pullrequests/${number}`,
    },
    fields: {
      title: 'title',
      link: 'links.html.href',
      sourceBranch: 'source.branch.name',
      targetBranch: 'destination.branch.name',
    },
  },
  'azure-devops': {
    docs: 'https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-requests/get-pull-request',
    tokens: ['SYSTEM_ACCESSTOKEN'],
    authorize: bearer,
    fields: { title: 'title', sourceBranch: 'sourceRefName', targetBranch: 'targetRefName' },
  },
};

/** Where the API of a public host has a pull request of a repository; undefined for any other host. */
export function findPullRequestApi(
  repositoryUrl: string | undefined,
  number: string,
): PullRequestApi | undefined {
  const url = URL.parse(repositoryUrl ?? '');
  if (url?.protocol !== 'https:') return undefined;
  const host = (Object.keys(codeHosts) as CodeHostName[]).find(
    (name) => codeHosts[name].site?.hostname === url.host,
  );
  const address = host && codeHosts[host].site?.address(url.pathname.replace(/\.git$/, ''), number);
  return host && address ? { host, url: address } : undefined;
}
