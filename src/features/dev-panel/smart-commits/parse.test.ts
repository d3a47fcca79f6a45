import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSmartCommands } from './parse.ts';

const comment = (text: string) => ({ kind: 'comment', text });
const time = (spent: string, text = '') => ({ kind: 'time', spent, text });
const transition = (name: string, text = '') => ({ kind: 'transition', name, text });

describe('commands in a commit message', () => {
  it.each([
    ['nothing to do', 'MYT-1 rounds totals', []],
    ['a command without an issue', 'fixed #resolve', []],
    ['a comment', 'MYT-1 #comment corrected indent', [[['MYT-1'], comment('corrected indent')]]],
    ['words between the key and the command', 'on MYT-1 that is #close', [[['MYT-1'], transition('close')]]],
    [
      'time with words',
      'MYT-1 #time 1w 2d 4h 30m all of it',
      [[['MYT-1'], time('1w 2d 4h 30m', 'all of it')]],
    ],
    ['half an hour', 'MYT-1 #time 0.5H', [[['MYT-1'], time('0.5h')]]],
    ['a time that is none', 'MYT-1 #time later', [[['MYT-1'], time('', 'later')]]],
    [
      'a transition with a comment',
      'MYT-1 #start-review at last',
      [[['MYT-1'], transition('start-review', 'at last')]],
    ],
    [
      'several commands for several issues',
      'MYT-1, MYT-2 #time 2d 5h #comment ahead of schedule #resolve',
      [
        [['MYT-1', 'MYT-2'], time('2d 5h')],
        [['MYT-1', 'MYT-2'], comment('ahead of schedule')],
        [['MYT-1', 'MYT-2'], transition('resolve')],
      ],
    ],
    [
      'commands on lines of their own',
      'MYT-1 sign in\r\n\r\n#comment a long one\n#time 5h',
      [
        [['MYT-1'], comment('a long one')],
        [['MYT-1'], time('5h')],
      ],
    ],
    [
      'lines with issues of their own',
      'MYT-1 #close\nMYT-2 #comment next',
      [
        [['MYT-1'], transition('close')],
        [['MYT-2'], comment('next')],
      ],
    ],
    [
      'a key behind a command is said, not addressed',
      'MYT-1 #comment as MYT-2 #close',
      [
        [['MYT-1'], comment('as MYT-2')],
        [['MYT-1'], transition('close')],
      ],
    ],
    ['numbers, headings and code', 'MYT-1 see #12, # Head, #include<a> and a#b', []],
  ])('%s', (_what, message, expected) => {
    expect(parseSmartCommands(message).map(({ issueKeys, command }) => [issueKeys, command])).toEqual(
      expected,
    );
  });

  it('finds each command that was written, whatever it says', () => {
    const word = fc.stringMatching(/^[a-zé]{1,8}$/);
    const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
    const command = fc.oneof(
      text.map((said) => ({ written: `#comment ${said}`, command: comment(said) })),
      fc
        .tuple(fc.integer({ min: 1, max: 40 }), text)
        .map(([hours, said]) => ({ written: `#time ${hours}h ${said}`, command: time(`${hours}h`, said) })),
      fc
        .tuple(
          word.filter((name) => name !== 'comment' && name !== 'time'),
          text,
        )
        .map(([name, said]) => ({ written: `#${name} ${said}`, command: transition(name, said) })),
    );
    const lines = fc.array(fc.array(command, { maxLength: 3 }), { maxLength: 4 });
    fc.assert(
      fc.property(
        lines,
        fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 3 }),
        (all, numbers) => {
          const issueKeys = numbers.map((number) => `MYT-${number}`);
          const message = all
            .map(
              (line, at) =>
                `${at === 0 ? issueKeys.join(' ') : ''} ${line.map(({ written }) => written).join(' ')}`,
            )
            .join('\n');
          expect(parseSmartCommands(message)).toEqual(
            all.flat().map(({ command: expected }) => ({ issueKeys, command: expected })),
          );
        },
      ),
    );
  });

  it('never fails, and says nothing that was not written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (message) => {
        for (const { issueKeys, command } of parseSmartCommands(`MYT-1 ${message}`)) {
          expect(issueKeys.length).toBeGreaterThan(0);
          if (command.kind === 'comment') expect(message).toContain(command.text);
        }
      }),
    );
  });

  it.each(['#', ' #', '#a', ' #a', 'MYT-1 ', ' #time ', '1w ', ' #a-', '-', '\n#'])(
    'takes a megabyte of %j as it takes anything else',
    (part) => {
      const message = `MYT-1 ${part.repeat(1_000_000 / part.length)}`;
      expect(Array.isArray(parseSmartCommands(message))).toBe(true);
    },
  );
});
