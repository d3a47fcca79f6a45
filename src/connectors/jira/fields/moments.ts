/** A day and, where one is given, a time with its distance from UTC: `2026-03-25T18:58:16.535+01:00[Europe/Berlin]`. */
const isoMoment =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d{2}(?::?\d{2})?)?(?:\[[\w/+-]+\])?$/i;
const basicDay = /^(\d{4})(\d{2})(\d{2})$/;
const yearFirst = /^(\d{4})\/(\d{2})\/(\d{2}) (\d{2}):(\d{2})$/;
const monthFirst = /^(\d{2})\/(\d{2})\/(\d{4}) (\d{2}):(\d{2})$/;
/** Milliseconds since 1970, or now, and what is added: `current() + 2h - 1500`. */
const reckoned = /^(current\(\)|\d{11,15})((?:\s*[+-]\s*\d{1,15}(?:ms|[smhdw])?)*)$/;
const addend = /([+-])\s*(\d+)(ms|[smhdw])?/g;

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Years that Jira can show. */
const latest = Date.UTC(9999, 11, 31);

interface Clock {
  hour?: string;
  minute?: string;
  second?: string;
  fraction?: string;
  offset?: string;
}

/** The moment that numbers name in UTC or with a distance from it; undefined for a day or a time that there is not. */
function momentOf(year = '', month = '', day = '', clock: Clock = {}): Date | undefined {
  const { hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z' } = clock;
  const at = new Date(`${year}-${month}-${day}T00:00:00.000Z`);
  if (Number.isNaN(at.getTime()) || at.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const milliseconds = Number(fraction.slice(0, 3).padEnd(3, '0'));
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(offset) ?? [];
  if (Number(hours) > 18 || Number(minutes) > 59) return undefined;
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1);
  at.setUTCHours(Number(hour), Number(minute), Number(second), milliseconds);
  return new Date(at.getTime() - offsetMs);
}

/**
 * A moment in any of the forms of `docs/fields.md`; UTC where the text does not say. Undefined for what is none.
 * @param text ISO 8601, `yyyy/MM/dd HH:mm`, `MM/dd/yyyy HH:mm`, milliseconds since 1970, or `current()` and what is added
 */
export function readMoment(text: string, now: Date): Date | undefined {
  const iso = isoMoment.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso;
    return momentOf(year, month, day, { hour, minute, second, fraction, offset });
  }
  const slashed = yearFirst.exec(text);
  if (slashed !== null) {
    const [, year, month, day, hour, minute] = slashed;
    return momentOf(year, month, day, { hour, minute });
  }
  const american = monthFirst.exec(text);
  if (american !== null) {
    const [, month, day, year, hour, minute] = american;
    return momentOf(year, month, day, { hour, minute });
  }
  return readReckoned(text, now);
}

function readReckoned(text: string, now: Date): Date | undefined {
  const [, base, addends = ''] = reckoned.exec(text) ?? [];
  if (base === undefined) return undefined;
  let at = base === 'current()' ? now.getTime() : Number(base);
  for (const [, sign, amount, unit = 'ms'] of addends.matchAll(addend)) {
    at += (sign === '-' ? -1 : 1) * Number(amount) * (unitMs[unit] ?? 0);
  }
  return at >= 0 && at <= latest ? new Date(at) : undefined;
}

/**
 * The day that a text names, `yyyy-MM-dd`: as it is written, or where it is reckoned, the day in UTC. Undefined for what
 * is none.
 */
export function readDay(text: string, now: Date): string | undefined {
  const basic = basicDay.exec(text);
  const written = basic === null ? text : `${basic[1]}-${basic[2]}-${basic[3]}`;
  const at = readMoment(written, now);
  if (at === undefined) return undefined;
  return isoMoment.test(written) ? written.slice(0, 10) : at.toISOString().slice(0, 10);
}

/** A moment as Jira takes it: milliseconds, and the offset without a colon. */
export const toJiraMoment = (at: Date): string => at.toISOString().replace('Z', '+0000');
