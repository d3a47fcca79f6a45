import { isObject } from '../../route.ts';
import { isDocument, plainText, type RichText } from '../rich-text.ts';
import { type Element, FieldProblem } from './element.ts';

const asText = (kept: unknown) => String(kept);

/** A line of text. */
export const line = (type = 'string'): Element => ({
  type,
  read(value) {
    if (value === null || value === '') return null;
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    if (value.length > 255)
      throw new FieldProblem('The entered text is too long. It exceeds the allowed limit of 255 characters.');
    return value;
  },
  show: (kept) => kept,
  name: asText,
});

/** The summary, which has words of its own. */
export const summary: Element = {
  type: 'string',
  read(value) {
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    if (value.trim() === '') throw new FieldProblem('You must specify a summary of the issue.');
    if (/[\r\n]/.test(value)) {
      throw new FieldProblem('The summary is invalid because it contains newline characters.');
    }
    if (value.length > 255) throw new FieldProblem("Summary can't exceed 255 characters.");
    return value;
  },
  show: (kept) => kept,
  name: asText,
};

/** A text of many paragraphs: version 3 takes a document, version 2 a text; each refuses the other's. */
export const paragraphs: Element = {
  type: 'string',
  read(value, { api, world }) {
    if (value === null || value === '') return null;
    if (api === '2') {
      if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
      return world.edition.keepText(value);
    }
    if (isDocument(value)) return value;
    throw new FieldProblem(
      'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
    );
  },
  show: (kept, { api }) => (api === '3' ? kept : plainText(kept as RichText)),
  name: (kept) => plainText(kept as RichText),
};

export const number: Element = {
  type: 'number',
  read(value) {
    if (value === null) return null;
    if (typeof value !== 'number') throw new FieldProblem('Operation value must be a number');
    return value;
  },
  show: (kept) => kept,
  name: asText,
};

/** A day, without a time. */
export const date: Element = {
  type: 'date',
  read(value) {
    if (value === null || value === '') return null;
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    const day = /^\d{4}-\d{2}-\d{2}$/.test(value) ? new Date(`${value}T00:00:00Z`) : undefined;
    if (day === undefined || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(value)) {
      throw new FieldProblem(`Error parsing date string: ${value}`);
    }
    return value;
  },
  show: (kept) => kept,
  name: asText,
};

/** Jira's own way to write a moment: an offset without a colon. */
export const jiraTime = (at: Date): string => at.toISOString().replace('Z', '+0000');

/** A moment: `2026-11-22T10:00:00.000+0100`, with milliseconds and an offset without a colon, and no other way. */
export const dateTime: Element = {
  type: 'datetime',
  read(value) {
    if (value === null || value === '') return null;
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    const parts = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3})([+-]\d{2})(\d{2})$/.exec(value);
    const at = parts === null ? Number.NaN : Date.parse(`${parts[1]}${parts[2]}:${parts[3]}`);
    if (Number.isNaN(at)) throw new FieldProblem(`Error parsing time: ${value}`);
    return new Date(at).toISOString();
  },
  show: (kept) => jiraTime(new Date(String(kept))),
  name: asText,
};

export const url: Element = {
  type: 'string',
  read(value) {
    if (value === null || value === '') return null;
    if (typeof value !== 'string') throw new FieldProblem('Operation value must be a string');
    if (!URL.canParse(value)) throw new FieldProblem(`Not a valid URL`);
    return value;
  },
  show: (kept) => kept,
  name: asText,
};

/** One label. */
export const label: Element = {
  type: 'string',
  read(value) {
    if (typeof value !== 'string') throw new FieldProblem('data was not an array');
    if (/\s/.test(value) || value === '') {
      throw new FieldProblem(`The label '${value}' contains spaces which is invalid.`);
    }
    return value;
  },
  show: (kept) => kept,
  name: asText,
};

/** Working time: a week has five days, a day eight hours. */
const unitSeconds: Record<string, number> = { w: 144_000, d: 28_800, h: 3_600, m: 60 };

/** The seconds of Jira's `1w 2d 3h 4m`; a bare number is minutes. Undefined for what is none. */
export function workSeconds(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 60;
  if (!/^\s*(?:\d+(?:\.\d+)?[wdhm]\s*)+$/i.test(text)) return undefined;
  return [...text.matchAll(/(\d+(?:\.\d+)?)([wdhm])/gi)].reduce(
    (sum, [, amount, unit = 'm']) => sum + Number(amount) * (unitSeconds[unit.toLowerCase()] ?? 0),
    0,
  );
}

/** Seconds as Jira writes working time. */
export function workText(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of Object.entries(unitSeconds)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  return parts.length === 0 ? '0m' : parts.join(' ');
}

/** What is kept of estimates, in seconds. */
interface Estimates {
  original?: number;
  remaining?: number;
}

export const timeTracking: Element = {
  type: 'timetracking',
  read(value, { issue }) {
    if (!isObject(value)) throw new FieldProblem('data was not an object');
    const estimate = (name: 'originalEstimate' | 'remainingEstimate', words: string) => {
      const given = value[name];
      if (given === undefined || given === null || given === '') return undefined;
      const seconds = typeof given === 'string' ? workSeconds(given) : undefined;
      if (seconds === undefined) throw new FieldProblem(`The ${words} estimate specified is invalid.`);
      return seconds;
    };
    const before = (issue?.values.get('timetracking') ?? {}) as Estimates;
    const original = estimate('originalEstimate', 'original') ?? before.original;
    // Jira starts what remains with the original.
    return {
      original,
      remaining: estimate('remainingEstimate', 'remaining') ?? before.remaining ?? original,
    };
  },
  show(kept) {
    const { original, remaining } = (kept ?? {}) as Estimates;
    return {
      ...(original !== undefined && {
        originalEstimate: workText(original),
        originalEstimateSeconds: original,
      }),
      ...(remaining !== undefined && {
        remainingEstimate: workText(remaining),
        remainingEstimateSeconds: remaining,
      }),
    };
  },
  name: (kept) => JSON.stringify(kept),
};
