import { type Fields, fieldsOf, isFields, listOf, textsOf } from './json-fields.ts';

const messagesOf = (list: unknown): string[] => textsOf(fieldsOf(list).map(({ message }) => message));

/** Where Jira says what is wrong, in the order in which it is looked for. */
const places: ((answer: Fields) => string[])[] = [
  ({ rejectedBuilds, rejectedDeployments }) =>
    [...fieldsOf(rejectedBuilds), ...fieldsOf(rejectedDeployments)].flatMap(({ errors }) =>
      messagesOf(errors),
    ),
  ({ message }) => textsOf([message]),
  ({ errorMessages, errors }) => [
    ...textsOf(listOf(errorMessages).map((said) => (isFields(said) ? said.message : said))),
    ...Object.entries(isFields(errors) ? errors : {}).flatMap(([field, said]) =>
      textsOf([said]).map((words) => `${field}: ${words}`),
    ),
  ],
];

/**
 * Jira's own words in an error answer, each once. Its DevOps APIs send a list of messages, or the answer that goes with
 * a 202; its platform an error collection; the gateway one message; a proxy between sends none of these.
 */
export function readErrorMessages(answer: unknown, status: number): string[] {
  const found = isFields(answer)
    ? places.map((read) => read(answer)).find((said) => said.length > 0)
    : messagesOf(answer);
  if (found === undefined || found.length === 0)
    return [`Jira answered with status ${status} and no message`];
  return [...new Set(found)];
}
