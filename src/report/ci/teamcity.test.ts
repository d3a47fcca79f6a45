import { expect, test } from 'vitest';
import { contextOf } from './context-of.ts';

const sha = 'bcdd4bf0245c82c060407b3b24b9b87301d15ac1';

test('TeamCity, with its properties files', async () => {
  expect(
    await contextOf(
      {
        TEAMCITY_VERSION: '2025.11 (build 207946)',
        TEAMCITY_PROJECT_NAME: 'Shop',
        TEAMCITY_BUILDCONF_NAME: 'Build',
        BUILD_NUMBER: '1.2.345',
        BUILD_VCS_NUMBER: sha,
        TEAMCITY_BUILD_PROPERTIES_FILE: '/build.properties',
      },
      {
        '/build.properties':
          '#TeamCity\nteamcity.buildType.id=Shop_Build\nteamcity.configuration.properties.file=/conf\\:1.properties\n',
        '/conf:1.properties': [
          'teamcity.build.id=90210',
          'teamcity.serverUrl=https\\://teamcity.example.com',
          'teamcity.build.branch=<default>',
          'teamcity.pullRequest.number=7',
          'teamcity.pullRequest.title=MYT-2 Fix \\u00fcber\\=all',
          'teamcity.pullRequest.source.branch=feature/MYT-3',
          'teamcity.pullRequest.target.branch=main',
          'vcsroot.url=https\\://user\\:token@github.com/octocat/hello-world.git',
          'teamcity.build.triggeredBy=Jane Doe',
        ].join('\r\n'),
      },
    ),
  ).toEqual({
    ci: 'TeamCity',
    pipelineId: 'Shop_Build',
    pipelineName: 'Build',
    buildNumber: 90210,
    buildLink: 'https://teamcity.example.com/viewLog.html?buildId=90210',
    sourceBranch: 'feature/MYT-3',
    targetBranch: 'main',
    commitSha: sha,
    commitLink: `https://github.com/octocat/hello-world/commit/${sha}`,
    pullRequestNumber: '7',
    pullRequestTitle: 'MYT-2 Fix über=all',
    repositoryUrl: 'https://github.com/octocat/hello-world',
    triggeredBy: 'Jane Doe',
    notices: [],
  });
});
