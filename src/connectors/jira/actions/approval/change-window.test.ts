import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asDay } from '../../../../kit/expression/index.ts';
import { changeWindow, windowAt } from './change-window.ts';

const stateAt = (window: object, at: string, issue = {}) =>
  windowAt(changeWindow.parse(window), issue, new Date(at));
const opening = (at: string) => ({ isOpen: false, opensAt: new Date(at) });
const open = { isOpen: true };

const officeHours = {
  days: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'],
  from: '09:00',
  to: '17:00',
  timeZone: 'Europe/Berlin',
};

it.each([
  [
    { days: ['Monday'], from: '9', to: '17:00', timeZone: 'Berlin' },
    /days\.0: .*"Mon".*; from: .*09:00; timeZone: .*IANA/,
  ],
  [{ days: ['Mon'], from: '09:00', to: '17:00' }, /^timeZone: /],
  [{ startField: 'Planned start' }, /^endField: /],
  [{ startField: 'Start', endField: 'End', days: ['Mon'] }, /"days"/],
  ['office hours', /expected object/],
])('a window of %j is refused by what is wrong with it', (window, told) => {
  expect(changeWindow.safeParse(window).error?.issues).toMatchObject([
    { message: expect.stringMatching(told) },
  ]);
});

describe('a calendar', () => {
  it.each([
    // A Friday in winter, an hour ahead of UTC.
    ['2026-11-20T07:59:59Z', opening('2026-11-20T08:00:00Z')],
    ['2026-11-20T08:00:00Z', open],
    ['2026-11-20T15:59:59Z', open],
    ['2026-11-20T16:00:00Z', opening('2026-11-23T08:00:00Z')],
    // The weekend in which the clock is set forward.
    ['2026-03-28T12:00:00Z', opening('2026-03-30T07:00:00Z')],
    // And the one in which it is set back.
    ['2026-10-24T12:00:00Z', opening('2026-10-26T08:00:00Z')],
  ])('of office hours at %s', (at, expected) => {
    expect(stateAt(officeHours, at)).toEqual(expected);
  });

  it('stays closed on the days that are left out', () => {
    const window = { ...officeHours, except: ['2026-12-24', '2026-12-25'] };
    expect(stateAt(window, '2026-12-24T10:00:00Z')).toEqual(opening('2026-12-28T08:00:00Z'));
  });

  it('may reach into the next day', () => {
    const night = { days: ['Fri'], from: '22:00', to: '06:00', timeZone: 'America/New_York' };
    expect(stateAt(night, '2026-11-21T02:59:00Z')).toEqual(opening('2026-11-21T03:00:00Z'));
    expect(stateAt(night, '2026-11-21T10:59:00Z')).toEqual(open);
    expect(stateAt(night, '2026-11-21T11:00:00Z')).toEqual(opening('2026-11-28T03:00:00Z'));
  });

  it('takes an hour that there is not, and one that there is twice, for what people mean', () => {
    const hour = { days: ['Sun'], from: '02:30', to: '03:30', timeZone: 'Europe/Berlin' };
    // From 02:00 the clock is set to 03:00: half an hour after that, and an hour and a half after 02:00.
    expect(stateAt(hour, '2026-03-29T01:29:59Z')).toEqual(opening('2026-03-29T01:30:00Z'));
    // From 03:00 it is set to 02:00: from the first 02:30 on.
    expect(stateAt(hour, '2026-10-25T00:29:59Z')).toEqual(opening('2026-10-25T00:30:00Z'));
    expect(stateAt(hour, '2026-10-25T02:29:59Z')).toEqual(open);
    expect(stateAt(hour, '2026-10-25T02:30:00Z')).toEqual(opening('2026-11-01T01:30:00Z'));
  });

  it('may be open all day, and knows zones that are half an hour off', () => {
    const day = { days: ['Sat'], from: '00:00', to: '24:00', timeZone: 'Asia/Kolkata' };
    expect(stateAt(day, '2026-11-20T18:29:59Z')).toEqual(opening('2026-11-20T18:30:00Z'));
    expect(stateAt(day, '2026-11-21T18:29:59Z')).toEqual(open);
  });

  it('is open from the moment that it tells on, and not before it, in whatever zone', () => {
    const clockTime = fc
      .integer({ min: 0, max: 24 * 60 - 1 })
      .map((minutes) => new Date(minutes * 60_000).toISOString().slice(11, 16));
    const calendar = fc.record({
      days: fc.uniqueArray(fc.constantFrom('Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'), {
        minLength: 1,
      }),
      from: clockTime,
      to: clockTime,
      timeZone: fc.constantFrom(
        'UTC',
        'Europe/Berlin',
        'America/New_York',
        'Australia/Lord_Howe',
        'Asia/Kathmandu',
      ),
    });
    const moment = fc.date({ min: new Date('2024-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(calendar, moment, (window, at) => {
        const state = stateAt(window, at.toISOString());
        if (state.isOpen) return;
        const opensAt = state.opensAt ?? at;
        expect(opensAt > at).toBe(true);
        expect(stateAt(window, opensAt.toISOString())).toEqual(open);
        expect(stateAt(window, new Date(opensAt.getTime() - 1).toISOString()).isOpen).toBe(false);
      }),
    );
  });

  it('says when it never opens', () => {
    const days = Array.from({ length: 400 }, (_, index) =>
      new Date(Date.UTC(2026, 10, 15 + index)).toISOString().slice(0, 10),
    );
    const never = { days: ['Sun'], from: '09:00', to: '17:00', timeZone: 'UTC', except: days };
    expect(stateAt(never, '2026-11-22T10:00:00Z')).toMatchObject({ isOpen: false, why: expect.any(String) });
  });

  it.each([
    { ...officeHours, timeZone: 'Europe/Nowhere' },
    { ...officeHours, from: '9:00' },
    { ...officeHours, days: [] },
    { ...officeHours, days: ['Montag'] },
    { ...officeHours, except: ['24.12.2026'] },
  ])('refuses %j', (window) => {
    expect(changeWindow.safeParse(window).success).toBe(false);
  });
});

describe('two fields of the issue', () => {
  const window = { startField: 'Start', endField: 'End' };
  const issue = { Start: new Date('2026-11-22T10:00:00Z'), End: new Date('2026-11-22T12:00:00Z') };

  it.each([
    ['2026-11-22T09:59:59Z', opening('2026-11-22T10:00:00Z')],
    ['2026-11-22T10:00:00Z', open],
    ['2026-11-22T12:00:00Z', { isOpen: false, why: 'it has ended at 2026-11-22T12:00:00.000Z' }],
  ])('with moments at %s', (at, expected) => {
    expect(stateAt(window, at, issue)).toEqual(expected);
  });

  it('with days: the last one counts whole, in the zone that is given', () => {
    const days = { Start: asDay(new Date('2026-11-22')), End: asDay(new Date('2026-11-23')) };
    const inTokyo = { ...window, timeZone: 'Asia/Tokyo' };
    expect(stateAt(inTokyo, '2026-11-21T14:59:59Z', days)).toEqual(opening('2026-11-21T15:00:00Z'));
    expect(stateAt(inTokyo, '2026-11-23T14:59:59Z', days)).toEqual(open);
    expect(stateAt(inTokyo, '2026-11-23T15:00:00Z', days)).toMatchObject({ isOpen: false });
  });

  it('stays closed while one is empty, and takes no other kind of field', () => {
    expect(stateAt(window, '2026-11-22T11:00:00Z', { Start: issue.Start })).toEqual({
      isOpen: false,
      why: 'the field "End" of the issue is empty',
    });
    expect(() => stateAt(window, '2026-11-22T11:00:00Z', { ...issue, End: 'soon' })).toThrow(
      /"End" holds no date/,
    );
  });
});
