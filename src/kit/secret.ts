import { inspect } from 'node:util';

const clearTexts = new WeakMap<Secret, string>();

/**
 * A secret in memory. Printing it, putting it in JSON or in a template string shows `[secret]`, never the text.
 * The clear text leaves only through {@link clearText}, which nothing but `http/` and `database/` may import.
 */
export class Secret {
  constructor(text: string) {
    clearTexts.set(this, text);
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** The text inside a secret. Only `http/` (to send it) and `database/` (to encrypt it) may call this. */
export function clearText(secret: Secret): string {
  const text = clearTexts.get(secret);
  if (text === undefined) throw new TypeError('not a Secret made by this process');
  return text;
}
