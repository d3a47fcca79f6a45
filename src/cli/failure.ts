import { CommanderError } from 'commander';
import { asTielineError, type TielineError } from '../kit/errors.ts';

/** Exit codes that scripts may rely on. `prevented` and `undecided`: people said no, or nothing in time. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  unreachable: 4,
  prevented: 5,
  undecided: 6,
  aborted: 7,
} as const;

/** Prints what went wrong and what to do, as two lines or as one JSON object; gives the exit code. */
export function describeFailure(
  thrown: unknown,
  options: { json: boolean; note(line: string): void },
): number {
  // Commander has printed its own message, or the help that was asked for.
  if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const error = asTielineError(thrown);
  if (options.json) {
    const { code, message, hint, fields } = error;
    options.note(
      JSON.stringify({ error: { code, message, hint, ...(fields.length > 0 ? { fields } : {}) } }),
    );
  } else {
    options.note(`tieline: ${error.message}`);
    // The API's own checks name the fields in the message too.
    const fields = error.fields.map(({ path, message }) => `${path}: ${message}`);
    for (const field of fields) if (!error.message.includes(field)) options.note(`  ${field}`);
    if (error.hint !== '') options.note(`  ${error.hint}`);
  }
  return exitCodeOf(error);
}

const unreachableCodes = new Set([
  'network-failed',
  'name-unresolved',
  'tls-failed',
  'request-timed-out',
  'remote-failed',
  'database-unreachable',
  'rate-limited',
]);
const usageCodes = new Set([
  'usage-wrong',
  'report-incomplete',
  'request-invalid',
  'document-invalid',
  'configuration-invalid',
]);

function exitCodeOf({ code }: TielineError): number {
  if (usageCodes.has(code)) return exitCodes.usage;
  if (unreachableCodes.has(code)) return exitCodes.unreachable;
  return exitCodes.failed;
}
