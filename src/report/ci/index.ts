import { azurePipelines } from './azure-pipelines.ts';
import { bitbucket } from './bitbucket.ts';
import { buildkite } from './buildkite.ts';
import { circleci } from './circleci.ts';
import type { CiDefinition } from './definition.ts';
import { githubActions } from './github-actions.ts';
import { gitlab } from './gitlab.ts';
import { harness } from './harness.ts';
import { jenkins } from './jenkins.ts';
import { teamcity } from './teamcity.ts';
import { travis } from './travis.ts';
import { vela } from './vela.ts';

/** The CIs that have a table, in the order in which they are looked for. */
export const ciDefinitions: readonly CiDefinition[] = [
  harness,
  vela,
  githubActions,
  gitlab,
  jenkins,
  circleci,
  azurePipelines,
  bitbucket,
  teamcity,
  buildkite,
  travis,
];
