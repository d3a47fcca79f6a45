import { TielineError } from '../kit/errors.ts';
import { spellingsOf } from '../kit/secret-spellings.ts';

const mask = '[secret]';

/** Below this, a mask would tell more than it hides: the holes it leaves all over a text spell the secret out. */
const shortestRedacted = 4;

/** How many texts that still hold a secret, made of a mask and its neighbours, are tried before all is masked. */
const rounds = 4;

/** RegExp.escape is not there before Node 24. */
const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Knows the clear text of every secret in use, so that none leaves in a message, a detail or a log line. */
export interface Redaction {
  /** From now on these texts are masked, in every usual spelling: URL, form, JSON, HTML. */
  add(secrets: string[]): void;
  /** As `add`, for a secret that is replaced often: only the last two under a key are kept. */
  addRenewed(key: string, secret: string): void;
  /**
   * The text with every secret replaced by `[secret]`. Secrets shorter than four characters stay, and so does
   * one that is itself a part of the word `[secret]`.
   */
  redact(text: string): string;
}

/** A redaction that knows no secret yet. */
export function createRedaction(): Redaction {
  const lasting = new Set<string>();
  const renewed = new Map<string, string[]>();
  let pattern: RegExp | undefined;

  const worthMasking = (form: string) => form.length >= shortestRedacted && !mask.includes(form);

  const compile = () => {
    const forms = new Set([
      ...lasting,
      ...[...renewed.values()].flat().flatMap(spellingsOf).filter(worthMasking),
    ]);
    // The longest first: a secret may begin with another one.
    const alternatives = [...forms].sort((a, b) => b.length - a.length).map(escapePattern);
    return new RegExp(alternatives.length === 0 ? '(?!)' : alternatives.join('|'), 'g');
  };

  return {
    add(secrets) {
      const before = lasting.size;
      for (const form of secrets.flatMap(spellingsOf).filter(worthMasking)) lasting.add(form);
      if (lasting.size !== before) pattern = undefined;
    },
    addRenewed(key, secret) {
      const known = renewed.get(key) ?? [];
      if (known.includes(secret)) return;
      renewed.set(key, [...known.slice(-1), secret]);
      pattern = undefined;
    },
    redact(text) {
      pattern ??= compile();
      let masked = text;
      for (let round = 0; round < rounds; round += 1) {
        const next = masked.replace(pattern, mask);
        if (next === masked) return masked;
        masked = next;
      }
      return masked.search(pattern) === -1 ? masked : mask;
    },
  };
}

/** The same error with the texts in it redacted; anything but our own errors passes as it is. */
export function redactError(thrown: unknown, redact: (text: string) => string): unknown {
  if (!(thrown instanceof TielineError)) return thrown;
  const { code, message, hint, retry, fields, details, cause } = thrown;
  const clean = Object.entries(details).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ]);
  return new TielineError(code, redact(message), {
    hint: redact(hint),
    retry,
    fields,
    details: Object.fromEntries(clean),
    cause,
  });
}
