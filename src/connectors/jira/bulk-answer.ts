import { entityKey } from './entity-wire.ts';
import { type Fields, fieldsOf, isFields, listOf, textsOf } from './json-fields.ts';

/** What Jira said of a bulk request. Entities are named by their {@link entityKey}. */
export interface BulkAnswer {
  accepted: Set<string>;
  /** Jira's messages by entity. */
  rejected: Map<string, string[]>;
  unknownIssueKeys: Set<string>;
  unknownServices: Set<string>;
}

// An entity that the answer does not mention, or in another shape, is found by that.

/** The entity that these fields of a key name; numbers come as text too. */
function findKey(key: unknown, names: readonly string[]): string | undefined {
  if (!isFields(key)) return undefined;
  const parts = names.map((name) => key[name]);
  const isKey = (part: unknown) => typeof part === 'string' || typeof part === 'number';
  return parts.every(isKey) ? entityKey(...parts.map(String)) : undefined;
}

/** One answer, its entities in the lists named, each known by the fields named. */
function readAnswer(
  answer: Fields,
  names: { accepted: string; rejected: string; key: readonly string[] },
): Pick<BulkAnswer, 'accepted' | 'rejected'> {
  const accepted = listOf(answer[names.accepted]).map((key) => findKey(key, names.key));
  const rejected = fieldsOf(answer[names.rejected]).map(
    ({ key, errors }) =>
      [findKey(key, names.key), textsOf(fieldsOf(errors).map(({ message }) => message))] as const,
  );
  return {
    accepted: new Set(accepted.flatMap((key) => key ?? [])),
    rejected: new Map(rejected.flatMap(([key, messages]) => (key === undefined ? [] : [[key, messages]]))),
  };
}

/** The answer to "Submit build data", or undefined when it is no such thing. */
export function readBuildsAnswer(answer: unknown): BulkAnswer | undefined {
  if (!isFields(answer)) return undefined;
  return {
    ...readAnswer(answer, {
      accepted: 'acceptedBuilds',
      rejected: 'rejectedBuilds',
      key: ['pipelineId', 'buildNumber'],
    }),
    unknownIssueKeys: new Set(textsOf(answer.unknownIssueKeys)),
    unknownServices: new Set(),
  };
}

/** The answer to "Submit deployment data", or undefined when it is no such thing. */
export function readDeploymentsAnswer(answer: unknown): BulkAnswer | undefined {
  if (!isFields(answer)) return undefined;
  const unknown = (...types: string[]) =>
    fieldsOf(answer.unknownAssociations)
      .filter(({ associationType }) => types.includes(String(associationType)))
      .flatMap(({ values }) => textsOf(values));
  return {
    ...readAnswer(answer, {
      accepted: 'acceptedDeployments',
      rejected: 'rejectedDeployments',
      key: ['pipelineId', 'environmentId', 'deploymentSequenceNumber'],
    }),
    unknownIssueKeys: new Set([
      ...textsOf(answer.unknownIssueKeys),
      ...unknown('issueKeys', 'issueIdOrKeys'),
    ]),
    unknownServices: new Set(unknown('serviceIdOrKeys')),
  };
}
