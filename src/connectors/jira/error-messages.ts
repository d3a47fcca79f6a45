import { z } from 'zod';

const message = z.object({ message: z.string() }).transform((said) => said.message);
const list = z.array(message);

const collection = z
  .object({
    errorMessages: z.array(z.union([z.string(), message])).default([]),
    errors: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ errorMessages, errors }) => [
    ...errorMessages,
    ...Object.entries(errors).map(([field, said]) => `${field}: ${said}`),
  ]);

const single = message.transform((said) => [said]);

const rejected = z.array(z.object({ errors: list })).default([]);
const bulk = z
  .object({ rejectedBuilds: rejected, rejectedDeployments: rejected })
  .transform(({ rejectedBuilds, rejectedDeployments }) =>
    [...rejectedBuilds, ...rejectedDeployments].flatMap(({ errors }) => errors),
  );

/**
 * Jira's own words in an error answer, each once. Its DevOps APIs send a list of messages, or the answer that goes with
 * a 202; its platform an error collection; the gateway one message; a proxy between sends none of these.
 */
export function readErrorMessages(answer: unknown, status: number): string[] {
  const messages = [list, bulk, single, collection].map((shape) => shape.safeParse(answer).data ?? []);
  const found = messages.find((said) => said.length > 0);
  return found === undefined ? [`Jira answered with status ${status} and no message`] : [...new Set(found)];
}
