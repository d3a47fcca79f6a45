import type { DevEntity, DevSubmission, SequencedDevEntity } from '../../../kit/dev-info.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Http } from '../../../kit/http.ts';
import type { DevInfoSubmitter, Sequenced, SubmitAnswer, SubmitOutcome } from '../../../kit/jira.ts';
import { bodyOf } from '../answer-body.ts';
import { type BulkKind, createBulkSubmitter } from '../bulk-submit.ts';
import { fitId } from '../fit-text.ts';
import { devInfoLimits } from '../limits.ts';
import { stopsEverything } from '../stopping-errors.ts';
import { readDevInfoAnswer } from './answer.ts';
import { type DevWire, devEntityId, prepareDevEntity, repositoriesOf } from './wire.ts';

type Gone = Extract<SequencedDevEntity, { kind: 'gone' }>;
type Present = Exclude<DevEntity, { kind: 'gone' }>;

/** Names of the kinds in addresses. */
const kindsInPath: Record<Gone['of'], string> = {
  commit: 'commit',
  branch: 'branch',
  'pull-request': 'pull_request',
};

/** Branches, commits and pull requests in Jira Cloud's bulk requests. */
const bulkOf = ({ backfill }: DevSubmission): BulkKind<Present> => ({
  name: 'devinfo',
  entitiesPerRequest: devInfoLimits.entities,
  prepare: prepareDevEntity,
  readAnswer: readDevInfoAnswer,
  // Old commits must not move issues about, nor be run for their smart commits; Jira takes more of them, later.
  bodyOf: (wires) => ({
    preventTransitions: backfill,
    operationType: backfill ? 'BACKFILL' : 'NORMAL',
    repositories: repositoriesOf(wires as DevWire[]),
  }),
});

/**
 * Sends development information to Jira Cloud by its gateway.
 * Jira Software Cloud REST API, "Development Information", 0.10.
 */
export function createDevInfoSubmitter(cloud: {
  getGateway(): Http;
  cloudId(): Promise<string>;
}): DevInfoSubmitter {
  const root = async () => `/jira/devinfo/0.10/cloud/${encodeURIComponent(await cloud.cloudId())}`;
  const findTarget = async () => ({ http: cloud.getGateway(), path: `${await root()}/bulk` });
  const queryOf = (properties: Record<string, string>) => new URLSearchParams(properties);

  return {
    async submit(entities, submission) {
      const outcomes = new Map<number, SubmitOutcome>();
      const requests: SubmitAnswer['requests'] = [];
      const there: { index: number; entity: Sequenced<Present> }[] = [];
      const gone: { index: number; entity: Gone }[] = [];
      for (const [index, entity] of entities.entries()) {
        if (entity.kind === 'gone') gone.push({ index, entity });
        else there.push({ index, entity });
      }
      // No two of one entity come together: the ledger leaves out what a newer state has overtaken.
      const said = await createBulkSubmitter(bulkOf(submission), findTarget).submit(
        there.map(({ entity }) => entity),
        submission,
      );
      requests.push(...said.requests);
      for (const [at, { index, entity }] of there.entries()) {
        const outcome = said.outcomes[at];
        if (outcome !== undefined) outcomes.set(index, withFormerKeys(entity, outcome));
      }
      let stop = said.outcomes.find(
        (outcome) => outcome.state === 'failed' && stopsEverything(outcome.error),
      );
      for (const { index, entity } of gone) {
        const outcome = stop ?? (await remove(cloud.getGateway(), await root(), entity, requests));
        if (outcome.state === 'failed' && stopsEverything(outcome.error)) stop = outcome;
        outcomes.set(index, outcome);
      }
      return {
        requests,
        outcomes: entities.map((_, index) => {
          const outcome = outcomes.get(index);
          if (outcome !== undefined) return outcome;
          throw new TielineError('internal-error', `no outcome for entity ${index}`);
        }),
      };
    },
    async removeByProperties(properties) {
      const url = `${await root()}/bulkByProperties?${queryOf(properties)}`;
      await cloud.getGateway().request({ method: 'DELETE', url });
    },
    async existsByProperties(properties) {
      const url = `${await root()}/existsByProperties?${queryOf(properties)}`;
      const answer = await cloud.getGateway().request({ method: 'GET', url });
      const said = answer.json();
      if (typeof said === 'object' && said !== null && 'hasDataMatchingProperties' in said) {
        return said.hasDataMatchingProperties === true;
      }
      throw new TielineError(
        'answer-unexpected',
        'Jira does not say whether anything is left of what was sent',
      );
    },
  };
}

const untied = { unknownIssueKeys: [], refusedIssueKeys: [], leftOutIssueKeys: [], unknownServices: [] };

/** What Jira rejects stays as it was: also on the issues that it names no longer. */
function withFormerKeys({ formerIssueKeys }: Present, outcome: SubmitOutcome): SubmitOutcome {
  if (outcome.state !== 'rejected') return outcome;
  const reason = outcome.errors.join('; ');
  return { ...outcome, refusedIssueKeys: formerIssueKeys.map((key) => ({ key, reason })) };
}

/** Deletes one entity. That it is not there is what was wanted. */
async function remove(
  http: Http,
  root: string,
  { repository, of, id, sequence }: Gone,
  requests: SubmitAnswer['requests'],
): Promise<SubmitOutcome> {
  const path = [fitId(repository.id, devInfoLimits.id), kindsInPath[of], devEntityId(id)];
  const url = `${root}/repository/${path.map(encodeURIComponent).join('/')}?_updateSequenceId=${sequence}`;
  try {
    const answer = await http.request({ method: 'DELETE', url, accept: [404] });
    requests.push({ url: answer.url, status: answer.status, entities: 1, answer: bodyOf(answer) });
    return { state: 'accepted', ...untied };
  } catch (thrown) {
    return { state: 'failed', error: asTielineError(thrown) };
  }
}
