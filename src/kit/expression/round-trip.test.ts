import fc from 'fast-check';
import { expect, it } from 'vitest';
import { testScope } from './fixtures/scopes.ts';
import { compileCondition, compileTemplate } from './index.ts';

/** An expression as written, and what it is worth. */
interface Known {
  text: string;
  value: unknown;
}

const quoted = (text: string) =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('<+', '\\<+')}"`;
const space = fc.constantFrom('', ' ', '\n ');

/** Wraps an expression as people do, or does not. */
const wrapped = (inner: fc.Arbitrary<Known>): fc.Arbitrary<Known> =>
  fc
    .tuple(inner, space, fc.constantFrom('plain', 'brackets', 'nested'))
    .map(([{ text, value }, gap, way]) => ({
      value,
      text: { plain: `${gap}(${text})`, brackets: `(${gap}${text}${gap})`, nested: `<+(${text})${gap}>` }[
        way
      ],
    }));

const { number, truth, text } = fc.letrec<{ number: Known; truth: Known; text: Known }>((tie) => {
  const any = fc.oneof(tie('number'), tie('truth'), tie('text'));
  const pair = (kind: 'number' | 'truth' | 'text') => fc.tuple(wrapped(tie(kind)), wrapped(tie(kind)));
  const choice = (kind: 'number' | 'truth' | 'text') =>
    fc.tuple(wrapped(tie('truth')), wrapped(tie(kind)), wrapped(tie(kind))).map(([test, yes, no]) => ({
      text: `${test.text} ? ${yes.text} : ${no.text}`,
      value: test.value ? yes.value : no.value,
    }));
  const counted: Record<string, (left: number, right: number) => number> = {
    '+': (left, right) => left + right,
    '-': (left, right) => left - right,
    '*': (left, right) => left * right,
  };
  return {
    number: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: -99, max: 99 }).map((value) => ({ text: String(value), value })),
      fc.tuple(pair('number'), fc.constantFrom('+', '-', '*')).map(([[left, right], sign]) => ({
        text: `${left.text} ${sign} ${right.text}`,
        value: counted[sign]?.(Number(left.value), Number(right.value)),
      })),
      tie('text').map(({ text, value }) => ({ text: `size(${text})`, value: String(value).length })),
      fc
        .tuple(tie('number'), any)
        .map(([one, other]) => ({ text: `[${other.text}, ${one.text}][1]`, value: one.value })),
      choice('number'),
    ),
    truth: fc.oneof(
      { maxDepth: 4 },
      fc.boolean().map((value) => ({ text: String(value), value })),
      pair('truth').map(([left, right]) => ({
        text: `${left.text} && ${right.text}`,
        value: left.value && right.value,
      })),
      pair('truth').map(([left, right]) => ({
        text: `${left.text} or ${right.text}`,
        value: left.value || right.value,
      })),
      wrapped(tie('truth')).map(({ text, value }) => ({ text: `!${text}`, value: !value })),
      pair('number').map(([left, right]) => ({
        text: `${left.text} < ${right.text}`,
        value: Number(left.value) < Number(right.value),
      })),
      pair('text').map(([left, right]) => ({
        text: `${left.text} == ${right.text}`,
        value: left.value === right.value,
      })),
      choice('truth'),
    ),
    text: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary', maxLength: 8 }).map((value) => ({ text: quoted(value), value })),
      pair('text').map(([left, right]) => ({
        text: `${left.text} + ${right.text}`,
        value: `${left.value}${right.value}`,
      })),
      tie('text').map(({ text, value }) => ({ text: `"-<+(${text})>-"`, value: `-${value}-` })),
      tie('text').map(({ text, value }) => ({ text: `{"a b": ${text}}."a b"`, value })),
      choice('text'),
    ),
  };
});

it('an expression as it is written is worth what it was made from', () => {
  fc.assert(
    fc.property(fc.oneof(number, truth, text), (known) => {
      expect(compileTemplate(`<+(${known.text})>`).resolve(testScope())).toEqual(known.value);
    }),
    { numRuns: 500 },
  );
});

it('so is a criterion, and in a text it is put in as text', () => {
  fc.assert(
    fc.property(truth, text, (condition, word) => {
      expect(compileCondition(condition.text).matches(testScope())).toBe(condition.value);
      expect(compileTemplate(`[<+(${word.text})>]`).resolve(testScope())).toBe(`[${word.value}]`);
    }),
    { numRuns: 500 },
  );
});
