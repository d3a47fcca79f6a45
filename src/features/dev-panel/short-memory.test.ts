import { expect, it } from 'vitest';
import { createShortMemory } from './short-memory.ts';

/** A memory for a second, renewed after half of it, and a question whose answers are given by hand. */
function stage() {
  let ms = 0;
  const asked: PromiseWithResolvers<string>[] = [];
  const remember = createShortMemory<string>({ forMs: 1_000, refreshAfterMs: 500, now: () => new Date(ms) });
  return {
    asked,
    ask: () =>
      remember('name', () => {
        const one = Promise.withResolvers<string>();
        asked.push(one);
        return one.promise;
      }),
    later(more: number) {
      ms += more;
    },
  };
}

it('asks once for all who ask at the same time, and again when it has forgotten', async () => {
  const { ask, asked, later } = stage();
  const both = Promise.all([ask(), ask()]);
  asked[0]?.resolve('first');
  expect(await both).toEqual(['first', 'first']);
  later(1_000);
  const next = ask();
  asked[1]?.resolve('second');
  expect(await next).toBe('second');
  expect(asked).toHaveLength(2);
});

it('gives what it knows while it asks anew beside, and then the new answer', async () => {
  const { ask, asked, later } = stage();
  const first = ask();
  asked[0]?.resolve('first');
  await first;
  later(600);
  expect(await Promise.all([ask(), ask()])).toEqual(['first', 'first']);
  expect(asked).toHaveLength(2);
  asked[1]?.resolve('second');
  await asked[1]?.promise;
  expect(await ask()).toBe('second');
});

it('forgets what could not be asked anew', async () => {
  const { ask, asked, later } = stage();
  const first = ask();
  asked[0]?.resolve('first');
  await first;
  later(600);
  expect(await ask()).toBe('first');
  asked[1]?.reject(new Error('gone'));
  await expect(asked[1]?.promise).rejects.toThrow('gone');
  const next = ask();
  asked[2]?.reject(new Error('still gone'));
  await expect(next).rejects.toThrow('still gone');
});
