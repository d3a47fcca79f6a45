import { z } from 'zod';
import { isoDate, text } from '../../kit/paging.ts';
import type { Work } from '../../work/index.ts';
import type { ConnectKeyActor } from '../access/index.ts';

/** A deployment as the hub remembers it. */
export const lastDeployment = z.object({
  commit: z.string().nullable().meta({ description: 'Hash of the commit; null when the report had none.' }),
  deploymentNumber: z.number(),
  at: isoDate.meta({ description: 'When it succeeded, by the clock of the CI.' }),
});

/** What the ledger was given with the deployment. */
const facts = z.object({
  commit: z.string().nullable(),
  deploymentNumber: z.number(),
  environmentName: z.string(),
});

/**
 * The last successful deployment of a pipeline to an environment, by ids, other than the one that asks; null when none
 * is known, or none is the key's to know.
 */
export async function findLastDeployment(
  work: Pick<Work, 'findLatest'>,
  actor: ConnectKeyActor,
  { pipeline, environment, except }: { pipeline: string; environment: string; except?: number | undefined },
): Promise<z.output<typeof lastDeployment> | null> {
  const latest = await work.findLatest({
    topic: 'deployment',
    connectionId: actor.connectionId,
    facts: { pipeline, environment, state: 'successful' },
    ...(except !== undefined && { except: { name: 'deploymentNumber', value: String(except) } }),
  });
  if (latest === undefined) return null;
  const { environmentName, ...known } = facts.parse(latest.facts);
  if (actor.environments !== undefined && !actor.environments.includes(environmentName)) return null;
  return { ...known, at: text(latest.eventAt) };
}
