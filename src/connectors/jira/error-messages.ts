import { z } from 'zod';

const list = z
  .array(z.object({ message: z.string() }))
  .transform((items) => items.map(({ message }) => message));

const collection = z
  .object({
    errorMessages: z.array(z.string()).default([]),
    errors: z.record(z.string(), z.string()).default({}),
  })
  .transform(({ errorMessages, errors }) => [
    ...errorMessages,
    ...Object.entries(errors).map(([field, message]) => `${field}: ${message}`),
  ]);

const single = z.object({ message: z.string() }).transform(({ message }) => [message]);

/**
 * Jira's own words in an error answer. Its DevOps APIs send a list of messages, its platform an error collection,
 * the gateway one message; a proxy between sends none of these.
 */
export function readErrorMessages(answer: unknown, status: number): string[] {
  const messages = [list, single, collection].map((shape) => shape.safeParse(answer).data ?? []);
  return messages.find((found) => found.length > 0) ?? [`Jira answered with status ${status} and no message`];
}
