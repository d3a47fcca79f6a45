import { z } from 'zod';
import type { BulkAnswer } from '../bulk-answer.ts';
import { entityKey } from '../entity-wire.ts';
import type { EntityList } from './wire.ts';

const ids = z.array(z.string()).optional().catch(undefined);
const messages = z
  .array(z.object({ message: z.string() }))
  .optional()
  .catch(undefined);
const errors = z
  .array(z.object({ id: z.string(), errorMessages: messages }))
  .optional()
  .catch(undefined);

/** What Jira says of a bulk of development information; see "Store development information", 0.10. */
const answerSchema = z.object({
  acceptedDevinfoEntities: z
    .record(z.string(), z.object({ commits: ids, branches: ids, pullRequests: ids }))
    .optional(),
  failedDevinfoEntities: z
    .record(
      z.string(),
      z.object({ errorMessages: messages, commits: errors, branches: errors, pullRequests: errors }),
    )
    .optional(),
  unknownIssueKeys: z.array(z.string()).optional().catch(undefined),
});

const lists: EntityList[] = ['commits', 'branches', 'pullRequests'];

/** The answer by entity, or undefined when it is no such thing. A repository that was refused refuses all that is in it. */
export function readDevInfoAnswer(answer: unknown, keys: string[]): BulkAnswer | undefined {
  const { data } = answerSchema.safeParse(answer);
  if (data === undefined) return undefined;
  const accepted = new Set<string>();
  const rejected = new Map<string, string[]>();
  for (const [repository, taken] of Object.entries(data.acceptedDevinfoEntities ?? {})) {
    for (const list of lists)
      for (const id of taken[list] ?? []) accepted.add(entityKey(repository, list, id));
  }
  for (const [repository, failed] of Object.entries(data.failedDevinfoEntities ?? {})) {
    const whole = failed.errorMessages?.map(({ message }) => message) ?? [];
    const inside = keys.filter((key) => JSON.parse(key)[0] === repository);
    if (whole.length > 0) for (const key of inside) rejected.set(key, whole);
    for (const list of lists) {
      for (const { id, errorMessages = [] } of failed[list] ?? []) {
        rejected.set(
          entityKey(repository, list, id),
          errorMessages.map(({ message }) => message),
        );
      }
    }
  }
  const unknownIssueKeys = new Set(data.unknownIssueKeys);
  return { accepted, rejected, unknownIssueKeys, unknownServices: new Set() };
}
