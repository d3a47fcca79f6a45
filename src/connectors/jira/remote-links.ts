import { asTielineError, type TielineError } from '../../kit/errors.ts';
import type { Http } from '../../kit/http.ts';
import type { Build, Deployment, SubmitAnswer, SubmitOutcome, Submitter } from '../../kit/jira.ts';
import { sortIssueKeys, tooLongUrls } from './entity-wire.ts';
import { readErrorMessages } from './error-messages.ts';
import { cutText, fitId } from './fit-text.ts';
import { remoteLinkLimits } from './limits.ts';
import { stopsEverything } from './stopping-errors.ts';

/** A remote issue link as Jira takes it. `globalId` is what makes a second post change the first link. */
export interface RemoteLink {
  globalId: string;
  application: { type: string; name: string };
  relationship: string;
  object: { url: string; title: string; summary: string };
}

const application = { type: 'tieline', name: 'Tieline' };

const globalId = (kind: string, ...parts: (string | number)[]): string =>
  fitId(
    `tieline:${kind}:${parts.map((part) => encodeURIComponent(String(part).toWellFormed())).join(':')}`,
    remoteLinkLimits.globalId,
  );

/** A build as a link in the group "Builds" of an issue. */
export const buildLink = (build: Build): RemoteLink => ({
  globalId: globalId('build', build.pipelineId, build.buildNumber),
  application,
  relationship: 'Builds',
  object: {
    url: build.url,
    title: cutText(`${build.displayName}: ${words(build.state)}`, remoteLinkLimits.title),
    summary: cutText(build.description ?? '', remoteLinkLimits.summary),
  },
});

/** A deployment as a link in the group "Deployments" of an issue. */
export const deploymentLink = (deployment: Deployment): RemoteLink => ({
  globalId: globalId(
    'deployment',
    deployment.pipeline.id,
    deployment.environment.id,
    deployment.deploymentNumber,
  ),
  application,
  relationship: 'Deployments',
  object: {
    url: deployment.url,
    title: cutText(
      `${deployment.environment.displayName}: ${deployment.displayName}, ${words(deployment.state)}`,
      remoteLinkLimits.title,
    ),
    summary: cutText(deployment.description ?? '', remoteLinkLimits.summary),
  },
});

const words = (state: string): string => state.replaceAll('_', ' ');

/**
 * A submitter for self-hosted Jira, which has no API for builds and deployments: each becomes a remote link on each of
 * its issues, changed in place as its state changes. Links carry no sequence: what is sent last stays, so the highest
 * goes last. Properties and services have no place there.
 * Jira Server and Data Center REST API, "Create or update remote issue link".
 */
export function createLinkSubmitter<E extends Build | Deployment>(
  toLink: (entity: E) => RemoteLink,
  getHttp: () => Http,
): Submitter<E> {
  return {
    async submit(entities) {
      const requests: SubmitAnswer['requests'] = [];
      const outcomes = new Array<SubmitOutcome>(entities.length);
      let stop: TielineError | undefined;
      const bySequence = [...entities.entries()].toSorted(
        ([, one], [, other]) => one.sequence - other.sequence,
      );
      for (const [index, entity] of bySequence) {
        const link = toLink(entity);
        const { possible, impossible } = sortIssueKeys(entity.issueKeys);
        const reasons = tooLongUrls({ url: link.object.url }, remoteLinkLimits.url);
        const answers: LinkAnswers = {
          linked: 0,
          unknown: [...impossible],
          refusals: reasons,
          error: undefined,
        };
        for (const key of reasons.length > 0 ? [] : possible) {
          try {
            if (stop !== undefined) throw stop;
            await postLink(getHttp(), key, link, answers, requests);
          } catch (thrown) {
            answers.error = asTielineError(thrown);
            if (stopsEverything(answers.error)) stop = answers.error;
            break;
          }
        }
        outcomes[index] = outcomeOf(answers);
      }
      return { outcomes, requests };
    },
  };
}

/** What Jira said of one link on the issues asked so far. */
interface LinkAnswers {
  linked: number;
  unknown: string[];
  refusals: string[];
  error: TielineError | undefined;
}

async function postLink(
  http: Http,
  issueKey: string,
  link: RemoteLink,
  answers: LinkAnswers,
  requests: SubmitAnswer['requests'],
): Promise<void> {
  const url = `/rest/api/2/issue/${encodeURIComponent(issueKey)}/remotelink`;
  const answer = await http.request({ method: 'POST', url, json: link, accept: [400, 403, 404] });
  const body = answer.text === '' ? null : answer.json();
  requests.push({ url: answer.url, status: answer.status, entities: 1, answer: body });
  if (answer.status < 400) answers.linked += 1;
  else if (answer.status === 404) answers.unknown.push(issueKey);
  else answers.refusals.push(...readErrorMessages(body, answer.status).map((said) => `${issueKey}: ${said}`));
}

/** A failure leads, for the whole may be sent again: a link that is there is changed, not doubled. */
function outcomeOf({ linked, unknown, refusals, error }: LinkAnswers): SubmitOutcome {
  if (error !== undefined) return { state: 'failed', error };
  if (refusals.length > 0) return { state: 'rejected', unknownIssueKeys: unknown, errors: refusals };
  if (linked > 0) return { state: 'accepted', unknownIssueKeys: unknown };
  return { state: 'rejected', unknownIssueKeys: unknown, errors: ['Jira knows none of the issue keys'] };
}
