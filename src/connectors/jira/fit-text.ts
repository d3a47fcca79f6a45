import { createHash } from 'node:crypto';

/**
 * The text, cut to at most `limit` UTF-16 units, ending in `…` when it was cut. Characters as a reader sees them
 * stay whole: an emoji of several code points is kept or dropped, never halved. Jira does not say in which unit it
 * counts; UTF-16 units are the strictest reading, so the result holds under the others too.
 */
export function cutText(text: string, limit: number): string {
  // A lone surrogate is no text: encoders would turn it into other bytes than were counted.
  const whole = text.toWellFormed();
  if (whole.length <= limit) return whole;
  return `${wholeCharacters(whole, limit - 1)}…`;
}

function wholeCharacters(text: string, limit: number): string {
  const from = plainBefore(text, limit);
  // One code point beyond the limit settles whether a character ends there; more need not be looked at.
  const rest = text.slice(from, limit + 2);
  let end = from;
  // Not kept: the first takes 9 ms to make, the others next to nothing, and most texts fit.
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { index, segment } of graphemes.segment(rest)) {
    if (from + index + segment.length > limit) break;
    end = from + index + segment.length;
  }
  // A single character longer than the limit (letters under hundreds of accents): cut between its code points.
  if (end === 0) return text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, '');
  return text.slice(0, end);
}

/** The last place up to `limit` that lies between two plain ASCII characters: there one always ends and another begins. */
function plainBefore(text: string, limit: number): number {
  const isPlain = (index: number) => text.charCodeAt(index) >= 0x20 && text.charCodeAt(index) < 0x7f;
  let place = limit;
  while (place > 0 && !(isPlain(place - 1) && isPlain(place))) place -= 1;
  return place;
}

const hashLength = 64;

/** An id of at most `limit` units. A longer one keeps its head and ends in its SHA-256, so that two never become one. */
export function fitId(id: string, limit: number): string {
  const whole = id.toWellFormed();
  if (whole.length <= limit) return whole;
  const hash = createHash('sha256').update(whole).digest('hex');
  return `${wholeCharacters(whole, limit - hashLength - 1)}~${hash}`;
}
