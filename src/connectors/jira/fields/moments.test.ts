import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDay, readMoment, toJiraMoment } from './moments.ts';

const now = new Date('2026-11-22T10:00:00.000Z');

describe('a moment', () => {
  it.each([
    ['2021-03-25T18:58:16.535+0000', '2021-03-25T18:58:16.535+0000'],
    ['2021-03-25T18:58:16.535Z', '2021-03-25T18:58:16.535+0000'],
    ['2021-03-25T19:58:16.535+01:00', '2021-03-25T18:58:16.535+0000'],
    ['2021-03-25T19:58:16+01:00[Europe/Berlin]', '2021-03-25T18:58:16.000+0000'],
    ['2021-03-25T13:58:16-05', '2021-03-25T18:58:16.000+0000'],
    ['2021-03-25T18:58:16.123456789Z', '2021-03-25T18:58:16.123+0000'],
    ['2021-03-25T18:58', '2021-03-25T18:58:00.000+0000'],
    ['2021-03-25 18:58:16', '2021-03-25T18:58:16.000+0000'],
    ['2021-03-25', '2021-03-25T00:00:00.000+0000'],
    ['1616698696535', '2021-03-25T18:58:16.535+0000'],
    ['2021/03/25 18:58', '2021-03-25T18:58:00.000+0000'],
    ['03/25/2021 18:58', '2021-03-25T18:58:00.000+0000'],
    ['current()', '2026-11-22T10:00:00.000+0000'],
    ['current() + 2h', '2026-11-22T12:00:00.000+0000'],
    ['current()+1w-2d+30m+5s-1500', '2026-11-27T10:30:03.500+0000'],
    ['1616698696535 - 535ms', '2021-03-25T18:58:16.000+0000'],
  ])('%s', (text, expected) => {
    const at = readMoment(text, now);
    expect(at && toJiraMoment(at)).toBe(expected);
  });

  it.each([
    'soon',
    '',
    '2021-02-30T10:00:00Z',
    '2021-13-01',
    '2021-03-25T25:00:00Z',
    '2021-03-25T10:61Z',
    '2021-03-25T10:00:00+19:00',
    '25.03.2021',
    '20210325',
    '13/25/2021 10:00',
    'current() * 2',
    'current() + 2y',
    '999999999999999',
  ])('is not: %s', (text) => {
    expect(readMoment(text, now)).toBeUndefined();
  });

  it('is the same however it is written', () => {
    const range = { min: new Date('1975-01-01'), max: new Date('2200-01-01'), noInvalidDate: true };
    fc.assert(
      fc.property(fc.date(range), (at) => {
        const forms = [at.toISOString(), toJiraMoment(at), String(at.getTime())];
        expect(forms.map((text) => readMoment(text, now))).toEqual([at, at, at]);
      }),
    );
  });
});

describe('a day', () => {
  it.each([
    ['2021-03-25', '2021-03-25'],
    ['20210325', '2021-03-25'],
    ['2021-03-25T23:30:00-08:00', '2021-03-25'],
    ['2021/03/25 18:58', '2021-03-25'],
    ['1616698696535', '2021-03-25'],
    ['current() + 1w', '2026-11-29'],
  ])('%s', (text, expected) => {
    expect(readDay(text, now)).toBe(expected);
  });

  it.each(['2021-02-29', '20211301', 'tomorrow', '25.03.2021'])('is not: %s', (text) => {
    expect(readDay(text, now)).toBeUndefined();
  });
});
