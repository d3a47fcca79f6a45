import { isDeepStrictEqual } from 'node:util';
import type { ErrorCode } from '../../../kit/error-catalogue.ts';
import { TielineError } from '../../../kit/errors.ts';
import type { JiraMetadata } from '../../../kit/jira-metadata.ts';
import type { JiraContext } from './issue-tools.ts';

/** What may be wrong only because what is known of Jira is old. */
const perhapsOld: ErrorCode[] = [
  'field-unknown',
  'field-value-invalid',
  'fields-missing',
  'jira-user-unknown',
  'request-invalid',
  'resource-not-found',
];

/** What is sent, as far as it depends on metadata. */
interface Prepared {
  body: unknown;
}

const hasCode = (thrown: unknown, codes: ErrorCode[]) =>
  thrown instanceof TielineError && codes.includes(thrown.code);

/**
 * Prepares a request by what is kept of Jira's metadata, and sends it. Where that does not fit, or Jira rejects what came
 * of it, Jira is asked anew, and the request is prepared and, when it is another one now, sent once more.
 * @throws what `prepare` throws by fresh metadata, and what `send` throws
 */
export async function sendByMetadata<P extends Prepared, R>(
  { metadata, say }: JiraContext,
  prepare: (metadata: JiraMetadata) => Promise<P>,
  send: (prepared: P) => Promise<R>,
): Promise<R> {
  const known = await prepare(metadata.kept).catch((thrown: unknown) => {
    if (!hasCode(thrown, perhapsOld)) throw thrown;
    return undefined;
  });
  if (known === undefined) {
    say('What is known of the fields does not fit: Jira is asked anew');
    return send(await prepare(metadata.fresh));
  }
  try {
    return await send(known);
  } catch (thrown) {
    if (!hasCode(thrown, ['jira-rejected'])) throw thrown;
    const anew = await prepare(metadata.fresh);
    if (isDeepStrictEqual(anew.body, known.body)) throw thrown;
    say('Jira rejected what fitted what was known of the fields; it is sent as they are now');
    return send(anew);
  }
}
