import { TielineError } from '../../../kit/errors.ts';

/** The escapes of NUL and of half a character; whole characters may be written as two halves, too. */
const suspicious = /\\u(?:0000|d[89a-f])/i;

/**
 * A webhook's body as JSON. PostgreSQL holds neither NUL nor half a character, and one such name must not sink what
 * is stored in the same moment: both become the replacement character.
 * @throws hook-invalid
 */
export function readHookJson(text: string): unknown {
  try {
    if (!suspicious.test(text)) return JSON.parse(text);
    return JSON.parse(text, (_name, value) =>
      typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value,
    );
  } catch (error) {
    throw new TielineError('hook-invalid', 'The body of the webhook is not JSON', {
      hint: 'Let the host send JSON (application/json), not a form.',
      cause: error,
    });
  }
}
