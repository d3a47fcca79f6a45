import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Touched } from '../../../kit/code-host.ts';
import { inPushOrder } from './push-order.ts';

const repository = { id: '7', name: 'acme/shop', url: 'https://code.example/acme/shop' };
const second = (number: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, number));
const push = (branch: string, before: string | undefined, after: string, at = 1) => {
  const touched: Touched & { at: Date } = {
    kind: 'push',
    repository,
    branch,
    ...(before === undefined ? {} : { before }),
    after,
    forced: false,
    at: second(at),
  };
  return { touched };
};
const known = new Map([['topic', { sha: 'a', asOf: second(0) }]]);
const pull = (number: number) => ({
  touched: { kind: 'pull-request', repository, number, gone: false, at: second(1) } satisfies Touched,
});
const told = (all: { touched: Touched }[]) =>
  all.map(({ touched }) =>
    touched.kind === 'push' ? `${touched.branch} ${touched.after}` : `${touched.kind}`,
  );

describe('pushes that came together', () => {
  it.each([
    ['as they came, when each goes on from the last', ['a', 'b'], ['b', 'c'], ['topic b', 'topic c']],
    ['the other way round, when they came so', ['b', 'c'], ['a', 'b'], ['topic b', 'topic c']],
    ['as they came, when none goes on from what is known', ['x', 'y'], ['p', 'q'], ['topic y', 'topic q']],
  ])('are looked at %s', (_how, [before = '', after = ''], [nextBefore = '', nextAfter = ''], order) => {
    const came = [push('topic', before, after), push('topic', nextBefore, nextAfter)];
    expect(told(inPushOrder(came, known))).toEqual(order);
  });

  it('leave what came between them in its place, and other branches alone', () => {
    const came = [push('topic', 'b', 'c'), pull(4), push('other', 'p', 'q'), push('topic', 'a', 'b')];
    expect(told(inPushOrder(came, known))).toEqual(['topic b', 'pull-request', 'other q', 'topic c']);
  });

  it('are in their order again, in whatever order they came, on a branch that is new', () => {
    const shas = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const made = shas.map((sha, index) => push('topic', shas[index - 1], sha, index + 1));
    fc.assert(
      fc.property(fc.shuffledSubarray(made, { minLength: made.length }), (came) => {
        expect(inPushOrder(came, new Map())).toEqual(made);
      }),
    );
  });
});
