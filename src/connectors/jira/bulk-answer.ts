import { z } from 'zod';
import { entityKey } from './entity-wire.ts';

/** What Jira said of a bulk request. Entities are named by their {@link entityKey}. */
export interface BulkAnswer {
  accepted: Set<string>;
  /** Jira's messages by entity. */
  rejected: Map<string, string[]>;
  unknownIssueKeys: Set<string>;
  unknownServices: Set<string>;
}

const number = z.union([z.number(), z.string()]);
const errors = z.array(z.object({ message: z.string() })).default([]);
const issueKeys = z.array(z.string()).default([]);
// Every list has a default: what an answer leaves out is found by the entity that it then does not mention.

const buildKey = z
  .object({ pipelineId: z.string(), buildNumber: number })
  .transform((key) => entityKey(key.pipelineId, key.buildNumber));

const buildsAnswer = z.object({
  acceptedBuilds: z.array(buildKey).default([]),
  rejectedBuilds: z.array(z.object({ key: buildKey, errors })).default([]),
  unknownIssueKeys: issueKeys,
});

const deploymentKey = z
  .object({ pipelineId: z.string(), environmentId: z.string(), deploymentSequenceNumber: number })
  .transform((key) => entityKey(key.pipelineId, key.environmentId, key.deploymentSequenceNumber));

const deploymentsAnswer = z.object({
  acceptedDeployments: z.array(deploymentKey).default([]),
  rejectedDeployments: z.array(z.object({ key: deploymentKey, errors })).default([]),
  unknownIssueKeys: issueKeys,
  unknownAssociations: z
    .array(z.object({ associationType: z.string(), values: z.array(z.unknown()).default([]) }))
    .default([]),
});

const bulkAnswer = (
  accepted: string[],
  rejected: { key: string; errors: { message: string }[] }[],
  unknownIssueKeys: string[],
  unknownServices: string[] = [],
): BulkAnswer => ({
  accepted: new Set(accepted),
  rejected: new Map(rejected.map((entry) => [entry.key, entry.errors.map(({ message }) => message)])),
  unknownIssueKeys: new Set(unknownIssueKeys),
  unknownServices: new Set(unknownServices),
});

/** The answer to "Submit build data", or undefined when it is no such thing. */
export function readBuildsAnswer(answer: unknown): BulkAnswer | undefined {
  const { data } = buildsAnswer.safeParse(answer);
  return data && bulkAnswer(data.acceptedBuilds, data.rejectedBuilds, data.unknownIssueKeys);
}

/** The answer to "Submit deployment data", or undefined when it is no such thing. */
export function readDeploymentsAnswer(answer: unknown): BulkAnswer | undefined {
  const { data } = deploymentsAnswer.safeParse(answer);
  if (data === undefined) return undefined;
  const unknown = (...types: string[]) =>
    data.unknownAssociations
      .filter(({ associationType }) => types.includes(associationType))
      .flatMap(({ values }) => values.filter((value) => typeof value === 'string'));
  return bulkAnswer(
    data.acceptedDeployments,
    data.rejectedDeployments,
    [...data.unknownIssueKeys, ...unknown('issueKeys', 'issueIdOrKeys')],
    unknown('serviceIdOrKeys'),
  );
}
