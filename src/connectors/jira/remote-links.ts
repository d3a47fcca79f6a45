import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type { Build, Deployment, SubmitAnswer, SubmitOutcome, Submitter } from '../../kit/jira.ts';
import { bodyOf } from './answer-body.ts';
import { sortIssueKeys, tooLongUrls } from './entity-wire.ts';
import { readErrorMessages } from './error-messages.ts';
import { remoteLinkLimits } from './limits.ts';
import type { RemoteLink } from './remote-link.ts';
import { stopsEverything } from './stopping-errors.ts';

/**
 * A submitter for self-hosted Jira, which has no API for builds and deployments: each becomes a remote link on each of
 * its issues, changed in place as its state changes. Links carry no sequence: what is sent last stays, so the highest
 * goes last. Properties and services have no place there.
 * Jira Server and Data Center REST API, "Create or update remote issue link".
 */
export function createLinkSubmitter<E extends Build | Deployment>(
  toLink: (entity: E, siteUrl: string) => RemoteLink,
  getHttp: () => Http,
  siteUrl: string,
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
        const link = toLink(entity, siteUrl);
        const { possible, impossible } = sortIssueKeys(entity.issueKeys);
        const reasons = tooLongUrls({ url: link.object.url }, remoteLinkLimits.url);
        const answers: LinkAnswers = {
          linked: 0,
          unknown: [...impossible],
          refused: [],
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
        outcomes[index] = outcomeOf(answers, reasons, servicesOf(entity));
      }
      return { outcomes, requests };
    },
  };
}

/** A link is of an issue; no self-hosted Jira ties a deployment to services. */
const servicesOf = (entity: Build | Deployment): string[] =>
  'services' in entity ? (entity.services ?? []) : [];

/** What Jira said of one link on the issues asked so far. */
export interface LinkAnswers {
  linked: number;
  unknown: string[];
  refused: { key: string; reason: string }[];
  error: TielineError | undefined;
}

/** Makes a link on an issue, or changes the one of the same global id. */
export async function postLink(
  http: Http,
  issueKey: string,
  link: RemoteLink,
  answers: LinkAnswers,
  requests: SubmitAnswer['requests'],
): Promise<void> {
  const url = `/rest/api/2/issue/${encodeURIComponent(issueKey)}/remotelink`;
  const answer = await http.request({ method: 'POST', url, json: link, accept: [400, 403, 404] });
  const body = bodyOf(answer);
  requests.push({ url: answer.url, status: answer.status, entities: 1, answer: body });
  if (answer.status < 400) answers.linked += 1;
  else if (answer.status === 404) answers.unknown.push(issueKey);
  else {
    const reason =
      answer.status === 403 ? whyForbidden(answer, body) : readErrorMessages(body, answer.status).join('; ');
    answers.refused.push({ key: issueKey, reason });
  }
}

/**
 * Why Jira forbids one link. It says so in an error collection; a 403 of any other shape is about the account as a
 * whole (a CAPTCHA is due, passwords are switched off), and thrown.
 */
export function whyForbidden(answer: HttpAnswer, body: unknown): string {
  const words = readErrorMessages(body, answer.status).join(' ');
  if (typeof body === 'object' && body !== null && 'errorMessages' in body) {
    return `${words} (issue linking must be on, and the account needs the permission Link Issues)`;
  }
  const captcha = answer.headers['x-authentication-denied-reason'] !== undefined;
  throw new TielineError(
    'remote-forbidden',
    captcha ? `Jira wants the account to solve a CAPTCHA: ${answer.url} answered 403` : words,
    {
      hint: captcha
        ? 'Sign in with a browser as this account, or use a personal access token, which needs none.'
        : 'Check the credentials of the connection; press Test. Jira 11 refuses passwords: use a personal access token.',
      details: { status: answer.status, url: answer.url, answer: body },
    },
  );
}

/**
 * A failure leads, for the whole may be sent again: a link that is there is changed, not doubled. Otherwise it is accepted
 * when any issue has its link; `reasons` are against the entity as a whole.
 */
export function outcomeOf(
  { linked, unknown, refused, error }: LinkAnswers,
  reasons: string[],
  unknownServices: string[],
): SubmitOutcome {
  if (error !== undefined) return { state: 'failed', error };
  const untied = {
    unknownIssueKeys: unknown,
    refusedIssueKeys: refused,
    // An issue takes any number of links, and a link is of one issue: there is no limit to leave a key out for.
    leftOutIssueKeys: [],
    unknownServices,
  };
  if (linked > 0) return { state: 'accepted', ...untied };
  const errors = [...reasons, ...refused.map(({ key, reason }) => `${key}: ${reason}`)];
  return {
    state: 'rejected',
    ...untied,
    errors: errors.length > 0 ? errors : ['Jira knows none of the issue keys'],
  };
}
