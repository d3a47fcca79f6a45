import { z } from 'zod';
import { issueAssociation, requireIssues } from './association-schema.ts';
import { int64, issueKey, list, oneOf, text, timestamp, url } from './formats.ts';

/** The states of a build. */
const buildStates = ['pending', 'in_progress', 'successful', 'failed', 'cancelled', 'unknown'] as const;

/** A build's natural key. Without it Jira could not even say which build it rejects. */
export const buildKeySchema = z.object({ pipelineId: text(255), buildNumber: int64 });

/** One build of the Builds API 0.1. Fields that the API does not know are left out. */
export const buildSchema = z
  .object({
    schemaVersion: oneOf(['1.0']).default('1.0'),
    pipelineId: text(255),
    buildNumber: int64,
    updateSequenceNumber: int64,
    displayName: text(255),
    description: text(255).optional(),
    label: text(255).optional(),
    url,
    state: oneOf(buildStates),
    lastUpdated: timestamp,
    issueKeys: list(issueKey, 1, 100).optional(),
    /** Newer than the published contract, which knows `issueKeys` alone. */
    associations: list(issueAssociation, 1, 3).optional(),
    testInfo: z
      .object({
        totalNumber: int64,
        numberPassed: int64,
        numberFailed: int64,
        numberSkipped: int64.default(0),
      })
      .optional(),
    references: list(
      z.object({
        commit: z.object({ id: text(255), repositoryUri: text(2000) }).optional(),
        ref: z.object({ name: text(255), uri: text(2000) }).optional(),
      }),
      1,
      5,
    ).optional(),
  })
  .superRefine(requireIssues);

export type BuildData = z.output<typeof buildSchema>;
export type BuildKey = z.output<typeof buildKeySchema>;
