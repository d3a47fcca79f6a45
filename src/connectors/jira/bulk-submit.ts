import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer } from '../../kit/http.ts';
import type {
  Sequenced,
  SubmitAnswer,
  SubmitOutcome,
  SubmitProperties,
  Submitter,
  Untied,
} from '../../kit/jira.ts';
import { bodyOf } from './answer-body.ts';
import type { BulkAnswer } from './bulk-answer.ts';
import { type BulkItem, halve, splitIntoRequests } from './bulk-split.ts';
import type { Prepared } from './entity-wire.ts';
import { readErrorMessages } from './error-messages.ts';
import { propertyLimits } from './limits.ts';
import { stopsEverything } from './stopping-errors.ts';

/** What differs between builds, deployments and development information in a bulk request. */
export interface BulkKind<E> {
  /** Name of the API in the address. */
  name: 'builds' | 'deployments' | 'devinfo';
  entitiesPerRequest: number;
  prepare(entity: Sequenced<E>): Prepared;
  /** The body of a request, beside what every body has. */
  bodyOf(wires: object[]): object;
  /** Undefined for a body that is no answer of this API. `keys` are those of the request. */
  readAnswer(answer: unknown, keys: string[]): BulkAnswer | undefined;
}

/** Where the bulk requests of a kind go. */
interface BulkTarget {
  http: Http;
  path: string;
}

/**
 * A submitter by Jira's bulk API. Requests go one after another, so that what a rate limit or a refused credential
 * says holds for what follows. 413 and 400 halve a request, down to one entity, which then counts as rejected.
 * What Jira would surely refuse (no issue key, an address too long) is rejected here and not sent.
 */
export function createBulkSubmitter<E>(
  kind: BulkKind<E>,
  findTarget: () => Promise<BulkTarget>,
): Submitter<E> {
  return {
    async submit(entities, options = {}) {
      const properties = checkedProperties(options.properties);
      const outcomes = new Map<number, SubmitOutcome>();
      const requests: SubmitAnswer['requests'] = [];
      const items: BulkItem[] = [];
      for (const [index, given] of entities.entries()) {
        const entity = kind.prepare(given);
        if (entity.ready) items.push({ index, entity, sequence: given.sequence });
        else
          outcomes.set(index, {
            state: 'rejected',
            unknownIssueKeys: entity.impossibleKeys,
            refusedIssueKeys: [],
            leftOutIssueKeys: [],
            unknownServices: [],
            errors: entity.reasons,
          });
      }

      const queue = splitIntoRequests(items, kind.entitiesPerRequest);
      let stop: TielineError | undefined;
      for (let part = queue.shift(); part !== undefined; part = queue.shift()) {
        const sent = stop ?? (await send(kind, findTarget, part, properties));
        if (sent instanceof TielineError) {
          if (sent !== stop) requests.push(...failedRequest(sent, part.length));
          for (const { index } of part) outcomes.set(index, { state: 'failed', error: sent });
          if (stopsEverything(sent)) stop = sent;
          continue;
        }
        const answer = bodyOf(sent);
        requests.push({ url: sent.url, status: sent.status, entities: part.length, answer });
        if (sent.status >= 400 && part.length > 1) {
          queue.unshift(...halve(part));
          continue;
        }
        const said =
          sent.status < 400
            ? kind.readAnswer(
                answer,
                part.map(({ entity }) => entity.key),
              )
            : undefined;
        for (const { index, entity } of part) {
          const outcome =
            sent.status < 400
              ? outcomeOf(entity, said)
              : {
                  state: 'rejected' as const,
                  ...untied(entity, undefined),
                  errors: readErrorMessages(answer, sent.status),
                };
          outcomes.set(index, outcome);
        }
      }
      return { outcomes: entities.map((_, index) => getOutcome(outcomes, index)), requests };
    },
  };
}

/** A wrong property would have each entity refused, for a mistake that is not theirs. */
function checkedProperties(properties: SubmitProperties = {}): SubmitProperties {
  const pairs = Object.entries(properties);
  const wrong = pairs.some(
    ([key, value]) => /^$|^_|:/.test(key) || Math.max(key.length, value.length) > propertyLimits.text,
  );
  if (!wrong && pairs.length <= propertyLimits.pairs) return properties;
  throw new TielineError('internal-error', `Jira takes no such properties: ${JSON.stringify(properties)}`, {
    hint: `At most ${propertyLimits.pairs} properties of ${propertyLimits.text} characters; no key starts with "_" or holds ":".`,
    retry: 'never',
  });
}

async function send<E>(
  kind: BulkKind<E>,
  findTarget: () => Promise<BulkTarget>,
  part: BulkItem[],
  properties: SubmitProperties,
): Promise<HttpAnswer | TielineError> {
  const json = {
    ...(Object.keys(properties).length > 0 && { properties }),
    ...kind.bodyOf(part.map(({ entity }) => entity.wire)),
    providerMetadata: { product: 'Tieline' },
  };
  try {
    const { http, path } = await findTarget();
    return await http.request({ method: 'POST', url: path, json, accept: [400, 413] });
  } catch (thrown) {
    return siteUnknownOn404(asTielineError(thrown));
  }
}

/** The gateway has the bulk address of every site, so its 404 speaks of the cloud id. */
function siteUnknownOn404(error: TielineError): TielineError {
  const { status, url } = error.details;
  if (status !== 404 || !String(url).endsWith('/bulk')) return error;
  return new TielineError('jira-site-unknown', `Jira's gateway knows no site at ${url}`, {
    hint: 'Check the cloud id and the gateway URL of the connection.',
    details: error.details,
    cause: error,
  });
}

/** A request that never got an answer leaves nothing to keep. */
function failedRequest({ details }: TielineError, entities: number): SubmitAnswer['requests'] {
  if (typeof details.status !== 'number') return [];
  return [{ url: String(details.url), status: details.status, entities, answer: details.answer ?? null }];
}

function outcomeOf(entity: BulkItem['entity'], said: BulkAnswer | undefined): SubmitOutcome {
  const errors = said?.rejected.get(entity.key);
  if (errors !== undefined) return { state: 'rejected', ...untied(entity, said), errors };
  if (said?.accepted.has(entity.key)) return { state: 'accepted', ...untied(entity, said) };
  // Sent again it does no harm: Jira drops an equal sequence and says accepted.
  const error = new TielineError('answer-unexpected', `Jira's answer does not speak of ${entity.key}`, {
    retry: 'soon',
  });
  return { state: 'failed', error };
}

const untied = (entity: BulkItem['entity'], said: BulkAnswer | undefined): Untied => ({
  unknownIssueKeys: [
    ...entity.issueKeys.filter((key) => said?.unknownIssueKeys.has(key)),
    ...entity.impossibleKeys,
  ],
  refusedIssueKeys: [],
  leftOutIssueKeys: entity.leftOutKeys,
  unknownServices: [
    ...entity.services.filter((service) => said?.unknownServices.has(service)),
    ...entity.leftOutServices,
  ],
});

function getOutcome(outcomes: Map<number, SubmitOutcome>, index: number): SubmitOutcome {
  const outcome = outcomes.get(index);
  if (outcome === undefined) throw new TielineError('internal-error', `no outcome for entity ${index}`);
  return outcome;
}
