import { type ErrorCode, errorCatalogue } from './error-catalogue.ts';

/**
 * Whether the same attempt may help later: never, soon (by back-off), not before a moment, or once somebody has
 * repaired the connection (its credential, its secret): until then nothing of it is worth sending.
 */
export type RetryVerdict = 'never' | 'soon' | 'once-repaired' | { after: Date };

export interface TielineErrorOptions {
  /** What the reader can do; the catalogue's own advice stands when this is absent. */
  hint?: string;
  /** Overrides the catalogue's verdict; set where the error is born. */
  retry?: RetryVerdict;
  /** The wrong fields, by path, for validation errors. */
  fields?: { path: string; message: string }[];
  /** Facts for machines: a status, a header, the other side's answer. Never a secret. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The one error class of the product. `code` is a key of the catalogue in `docs/errors.md`;
 * `retry` is the verdict that the ledger follows.
 */
export class TielineError extends Error {
  override readonly name = 'TielineError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly retry: RetryVerdict;
  readonly fields: { path: string; message: string }[];
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: TielineErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorCatalogue[code].check;
    this.retry = options.retry ?? errorCatalogue[code].retry;
    this.fields = options.fields ?? [];
    this.details = options.details ?? {};
  }

  /** The HTTP status with which our API answers this error. */
  get status(): number {
    return errorCatalogue[this.code].status;
  }
}

/** Any thrown thing as a {@link TielineError}; what is not ours becomes `internal-error`, keeping the cause. */
export function asTielineError(thrown: unknown): TielineError {
  if (thrown instanceof TielineError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new TielineError('internal-error', message, { cause: thrown });
}
