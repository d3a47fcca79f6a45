import { z } from 'zod';
import { association } from './association-schema.ts';
import { int64, issueKey, list, oneOf, text, timestamp, url } from './formats.ts';

/** The states of a deployment. */
const deploymentStates = [
  'unknown',
  'pending',
  'in_progress',
  'cancelled',
  'failed',
  'rolled_back',
  'successful',
] as const;

/** A deployment's natural key, as it stands in the body. */
export const deploymentKeySchema = z.object({
  deploymentSequenceNumber: int64,
  pipeline: z.object({ id: text(255) }),
  environment: z.object({ id: text(255) }),
});

/** One deployment of the Deployments API 0.1. Fields that the API does not know are left out. */
export const deploymentSchema = z
  .object({
    schemaVersion: oneOf(['1.0']).default('1.0'),
    deploymentSequenceNumber: int64,
    updateSequenceNumber: int64,
    /** Deprecated by `associations`, still taken. */
    issueKeys: list(issueKey, 1, 100).optional(),
    associations: list(association, 1, 3).optional(),
    displayName: text(255),
    url,
    description: text(255),
    lastUpdated: timestamp,
    label: text(255).optional(),
    duration: int64.optional(),
    state: oneOf(deploymentStates),
    pipeline: z.object({ id: text(255), displayName: text(255), url }),
    environment: z.object({
      id: text(255),
      displayName: text(255),
      type: oneOf(['unmapped', 'development', 'testing', 'staging', 'production']),
    }),
    commands: z.array(z.object({ command: z.string().optional() })).optional(),
  })
  .superRefine((deployment, context) => {
    const given = deployment.associations ?? [];
    const complain = (message: string) =>
      context.addIssue({ code: 'custom', path: ['associations'], message });
    // The limit holds over all kinds together; a single list is bounded above.
    if (given.reduce((sum, one) => sum + one.values.length, 0) > 500) {
      complain('must have at most 500 values over all association types');
    }
    const ties = given.some((one) => /^(?:issue|service)/.test(one.associationType));
    if (deployment.issueKeys === undefined && !ties) {
      complain("must contain issues or services, or 'issueKeys' must be given");
    }
  });

export type DeploymentData = z.output<typeof deploymentSchema>;
export interface DeploymentKey {
  pipelineId: string;
  environmentId: string;
  deploymentSequenceNumber: number;
}
