import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { maskSecrets, type Secret } from '../../../kit/secret.ts';
import type { Problem } from './run.ts';

/** A text without secrets. */
export function maskText(text: string, secrets: Secret[]): string {
  const masked = maskSecrets(text, secrets);
  return typeof masked === 'string' ? masked : text;
}

/** An output without secrets. */
export function maskOutput(output: { [name: string]: Json }, secrets: Secret[]): { [name: string]: Json } {
  const masked = maskSecrets(output, secrets);
  return typeof masked === 'object' && masked !== null && !Array.isArray(masked) ? masked : {};
}

/** An error as it is stored and shown. */
export function problemOf({ code, message, hint }: TielineError, secrets: Secret[]): Problem {
  return { code, message: maskText(message, secrets), hint: maskText(hint, secrets) };
}

/** The same error without secrets: neither its details nor what caused it are kept. */
export function maskError(error: TielineError, secrets: Secret[]): TielineError {
  if (secrets.length === 0) return error;
  const { code, retry } = error;
  const { message, hint } = problemOf(error, secrets);
  return new TielineError(code, message, { hint, retry });
}
