import type { Build, BuildReference, Sequenced } from '../../kit/jira.ts';
import { entityKey, type Prepared, sortIssueKeys, tooLongUrls } from './entity-wire.ts';
import { cutText, fitId } from './fit-text.ts';
import { buildLimits } from './limits.ts';

/**
 * A build as Jira takes it. Texts are cut, keys and references beyond the limits are left out.
 * Jira Software Cloud REST API, "Submit build data".
 */
export function prepareBuild(build: Sequenced<Build>): Prepared {
  const { possible, impossible } = sortIssueKeys(build.issueKeys);
  const reasons = tooLongUrls({ url: build.url }, buildLimits.url);
  if (possible.length === 0) reasons.push('the build names no issue key that Jira could know');
  if (reasons.length > 0) return { ready: false, reasons, impossibleKeys: impossible };

  const pipelineId = fitId(build.pipelineId, buildLimits.id);
  const issueKeys = possible.slice(0, buildLimits.issueKeys);
  const references = (build.references ?? []).flatMap(referenceWire).slice(0, buildLimits.references);
  return {
    ready: true,
    key: entityKey(pipelineId, build.buildNumber),
    issueKeys,
    leftOutKeys: possible.slice(buildLimits.issueKeys),
    impossibleKeys: impossible,
    services: [],
    leftOutServices: [],
    wire: {
      schemaVersion: '1.0',
      pipelineId,
      buildNumber: build.buildNumber,
      updateSequenceNumber: build.sequence,
      displayName: cutText(build.displayName, buildLimits.text),
      ...(build.description && { description: cutText(build.description, buildLimits.text) }),
      ...(build.label && { label: cutText(build.label, buildLimits.text) }),
      url: build.url.toWellFormed(),
      state: build.state,
      lastUpdated: build.lastUpdated.toISOString(),
      issueKeys,
      ...(build.testInfo && {
        testInfo: {
          totalNumber: build.testInfo.total,
          numberPassed: build.testInfo.passed,
          numberFailed: build.testInfo.failed,
          numberSkipped: build.testInfo.skipped,
        },
      }),
      ...(references.length > 0 && { references }),
    },
  };
}

/** A reference whose address Jira cannot hold is left out: it is a convenience, the build is not. */
function referenceWire({ commit, ref }: BuildReference): object[] {
  const fits = (url: string) => url.length <= buildLimits.url;
  const wire = {
    ...(commit &&
      fits(commit.repositoryUrl) && {
        commit: {
          id: fitId(commit.id, buildLimits.id),
          repositoryUri: commit.repositoryUrl.toWellFormed(),
        },
      }),
    ...(ref &&
      fits(ref.url) && { ref: { name: cutText(ref.name, buildLimits.text), uri: ref.url.toWellFormed() } }),
  };
  return Object.keys(wire).length === 0 ? [] : [wire];
}
