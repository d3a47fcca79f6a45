import { inspect } from 'node:util';
import type { Json } from './action.ts';
import { spellingsOf } from './secret-spellings.ts';

const mask = '[secret]';

/** Below this, a mask would tell more than it hides: the holes it leaves all over a text spell the secret out. */
const shortestMasked = 4;

const clearTexts = new WeakMap<Secret, string>();
/** Of a composed secret: what may be shown of it, and the secrets in it. */
const compositions = new WeakMap<Secret, { shown: string; secrets: Secret[] }>();

const shownOf = (secret: Secret) => compositions.get(secret)?.shown ?? mask;

/**
 * A secret in memory. Printing it, putting it in JSON or in a template string shows `[secret]`, never the text; of
 * a composed one it shows the rest.
 * The clear text leaves only through {@link clearText}, which nothing but `http/` and `database/` may import.
 */
export class Secret {
  constructor(text: string) {
    clearTexts.set(this, text);
  }

  toString(): string {
    return shownOf(this);
  }

  toJSON(): string {
    return shownOf(this);
  }

  [inspect.custom](): string {
    return shownOf(this);
  }
}

/** The text inside a secret. Only `http/` (to send it) and `database/` (to encrypt it) may call this. */
export function clearText(secret: Secret): string {
  const text = clearTexts.get(secret);
  if (text === undefined) throw new TypeError('not a Secret made by this process');
  return text;
}

/** Texts and secrets as one secret: joined in the clear, while only what was no secret is shown of it. */
export function composeSecret(parts: (string | Secret)[]): Secret {
  const composed = new Secret(
    parts.map((part) => (typeof part === 'string' ? part : clearText(part))).join(''),
  );
  compositions.set(composed, {
    shown: parts.map(String).join(''),
    secrets: parts.filter((part) => part instanceof Secret),
  });
  return composed;
}

/** The secrets of which a secret is made, itself included. */
function withParts(secret: Secret): Secret[] {
  return [secret, ...(compositions.get(secret)?.secrets ?? []).flatMap(withParts)];
}

/** The text with every form masked. Occurrences that overlap become one mask, so that no end of one stays. */
function maskText(text: string, forms: string[]): string {
  const found = forms.flatMap((form) => {
    const places: [number, number][] = [];
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
      places.push([at, at + form.length]);
    return places;
  });
  found.sort(([first], [second]) => first - second);
  let masked = '';
  let end = 0;
  for (const [from, to] of found) {
    if (from >= end) masked += `${text.slice(end, from)}${mask}`;
    end = Math.max(end, to);
  }
  return masked + text.slice(end);
}

function maskJson(value: Json, forms: string[]): Json {
  if (typeof value === 'string') return maskText(value, forms);
  if (Array.isArray(value)) return value.map((item) => maskJson(item, forms));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [maskText(name, forms), maskJson(item, forms)]),
  );
}

/**
 * The value with every occurrence of these secrets in its texts and names replaced by `[secret]`, in every usual
 * spelling: JSON, URL, form, HTML. Of a composed secret its parts are masked as well. Clear texts shorter than four
 * characters stay, and so does one that is itself a part of the word `[secret]`.
 */
export function maskSecrets(value: Json, secrets: readonly Secret[]): Json {
  const forms = new Set(secrets.flatMap(withParts).map(clearText).flatMap(spellingsOf));
  return maskJson(
    value,
    [...forms].filter((form) => form.length >= shortestMasked && !mask.includes(form)),
  );
}
