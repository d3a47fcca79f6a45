import type { BranchInfo, CommitInfo, PullRequestInfo, SequencedDevEntity } from '../../../kit/dev-info.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Http } from '../../../kit/http.ts';
import type { DevInfoSubmitter, JiraIdentity, SubmitAnswer, SubmitOutcome } from '../../../kit/jira.ts';
import { bodyOf } from '../answer-body.ts';
import { sortIssueKeys, tooLongUrls } from '../entity-wire.ts';
import { cutText } from '../fit-text.ts';
import { remoteLinkLimits } from '../limits.ts';
import { application, globalId, type RemoteLink, titleOf } from '../remote-link.ts';
import { type LinkAnswers, outcomeOf, postLink, whyForbidden } from '../remote-links.ts';
import { stopsEverything } from '../stopping-errors.ts';

type Present = Exclude<SequencedDevEntity, { kind: 'gone' }>;

/** How a pull request's state looks: an icon that every self-hosted Jira serves itself; what is over is struck through. */
const pullRequestLooks: Record<PullRequestInfo['state'], { words: string; icon: string; resolved: boolean }> =
  {
    open: { words: 'open', icon: 'open', resolved: false },
    draft: { words: 'draft', icon: 'inprogress', resolved: false },
    merged: { words: 'merged', icon: 'resolved', resolved: true },
    declined: { words: 'declined', icon: 'closed', resolved: true },
  };

interface Look {
  relationship: string;
  url: string;
  title: string;
  summary: string;
  words: string;
  icon: string;
  resolved: boolean;
}

const branchLook = ({ name, url, head }: BranchInfo, repository: string): Look => ({
  relationship: 'Branches',
  url,
  title: name,
  summary: `${repository}: ${head.message}`,
  words: 'branch',
  icon: 'generic',
  resolved: false,
});

const commitLook = ({ sha, message, url, author }: CommitInfo, repository: string): Look => ({
  relationship: 'Commits',
  url,
  title: `${sha.slice(0, 7)} ${message.split('\n', 1)[0]}`,
  summary: `${author.name} in ${repository}`,
  words: 'commit',
  icon: 'generic',
  resolved: false,
});

function pullRequestLook(pullRequest: PullRequestInfo, repository: string): Look {
  const { number, title, state, url, author, reviewers } = pullRequest;
  const approved = reviewers.filter(({ verdict }) => verdict === 'approved').length;
  const reviews = reviewers.length === 0 ? '' : `, approved by ${approved} of ${reviewers.length}`;
  return {
    relationship: 'Pull requests',
    url,
    title: titleOf(`#${number} ${title}`, `: ${pullRequestLooks[state].words}`),
    summary: `${author.name} in ${repository}${reviews}`,
    ...pullRequestLooks[state],
  };
}

function lookOf(entity: Present): Look {
  const { name } = entity.repository;
  switch (entity.kind) {
    case 'branch':
      return branchLook(entity.branch, name);
    case 'commit':
      return commitLook(entity.commit, name);
    case 'pull-request':
      return pullRequestLook(entity.pullRequest, name);
  }
}

function idOf(entity: SequencedDevEntity): string {
  const { id } = entity.repository;
  switch (entity.kind) {
    case 'branch':
      return globalId('branch', id, entity.branch.name);
    case 'commit':
      return globalId('commit', id, entity.commit.sha);
    case 'pull-request':
      return globalId('pull-request', id, entity.pullRequest.number);
    case 'gone':
      return globalId(entity.of, id, entity.id);
  }
}

function linkOf(entity: Present, siteUrl: string): RemoteLink {
  const { relationship, url, title, summary, words, icon, resolved } = lookOf(entity);
  return {
    globalId: idOf(entity),
    application,
    relationship,
    object: {
      url,
      title: cutText(title, remoteLinkLimits.title),
      summary: cutText(summary, remoteLinkLimits.summary),
      status: {
        resolved,
        icon: { url16x16: `${siteUrl}/images/icons/statuses/${icon}.png`, title: words, link: url },
      },
    },
  };
}

/**
 * Branches, commits and pull requests for self-hosted Jira: a remote link on each issue, changed in place, and taken
 * back from the issues that an entity names no longer.
 * Jira Server and Data Center REST API, "Create or update remote issue link", "Delete remote issue link by global ID".
 */
export function createDevLinkSubmitter(getHttp: () => Http, site: JiraIdentity): DevInfoSubmitter {
  const submitOne = async (
    entity: SequencedDevEntity,
    requests: SubmitAnswer['requests'],
  ): Promise<SubmitOutcome> => {
    const { possible, impossible } = sortIssueKeys(entity.issueKeys);
    const answers: LinkAnswers = { linked: 0, unknown: [...impossible], refused: [], error: undefined };
    try {
      for (const key of entity.formerIssueKeys) {
        const reason = await takeBack(getHttp(), key, idOf(entity), requests);
        if (reason !== undefined) answers.refused.push({ key, reason });
      }
      if (entity.kind === 'gone') return answers.refused.length > 0 ? outcomeOf(answers, [], []) : withdrawn;
      const link = linkOf(entity, site.baseUrl);
      const reasons = tooLongUrls({ url: link.object.url }, remoteLinkLimits.url);
      for (const key of reasons.length > 0 ? [] : possible) {
        await postLink(getHttp(), key, link, answers, requests);
      }
      return outcomeOf(answers, reasons, []);
    } catch (thrown) {
      return { state: 'failed', error: asTielineError(thrown) };
    }
  };
  const unsuited = () =>
    new TielineError(
      'jira-edition-unsuited',
      `${site.baseUrl} is a self-hosted Jira ${site.version}, where each link is taken back by itself`,
    );
  return {
    async submit(entities) {
      const requests: SubmitAnswer['requests'] = [];
      const outcomes = new Array<SubmitOutcome>(entities.length);
      let stop: SubmitOutcome | undefined;
      // Links carry no sequence: what is sent last stays.
      const bySequence = [...entities.entries()].toSorted(
        ([, one], [, other]) => one.sequence - other.sequence,
      );
      for (const [index, entity] of bySequence) {
        const outcome = stop ?? (await submitOne(entity, requests));
        if (outcome.state === 'failed' && stopsEverything(outcome.error)) stop = outcome;
        outcomes[index] = outcome;
      }
      return { outcomes, requests };
    },
    removeByProperties: async () => {
      throw unsuited();
    },
    existsByProperties: async () => {
      throw unsuited();
    },
  };
}

const withdrawn: SubmitOutcome = {
  state: 'accepted',
  unknownIssueKeys: [],
  refusedIssueKeys: [],
  leftOutIssueKeys: [],
  unknownServices: [],
};

/** Deletes a link from an issue, or says why Jira refuses; that link or issue is not there is what was wanted. */
async function takeBack(
  http: Http,
  issueKey: string,
  id: string,
  requests: SubmitAnswer['requests'],
): Promise<string | undefined> {
  const query = new URLSearchParams({ globalId: id });
  const url = `/rest/api/2/issue/${encodeURIComponent(issueKey)}/remotelink?${query}`;
  const answer = await http.request({ method: 'DELETE', url, accept: [403, 404] });
  const body = bodyOf(answer);
  requests.push({ url: answer.url, status: answer.status, entities: 1, answer: body });
  return answer.status === 403 ? whyForbidden(answer, body) : undefined;
}
