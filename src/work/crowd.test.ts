import { expect, it } from 'vitest';
import { createCrowd } from './crowd.ts';

/** A crowd on a clock that goes only while somebody rests, and how long those have rested. */
function stage() {
  let ms = 0;
  const rests: number[] = [];
  const rest = async (restMs: number): Promise<void> => {
    rests.push(restMs);
    ms += restMs;
  };
  return { rests, crowd: createCrowd(rest, () => ms) };
}

it('lets a drain go on at once while posts come one by one', async () => {
  const { crowd, rests } = stage();
  expect(crowd.note(1)).toBe(false);
  await crowd.giveWay(30);
  expect(rests).toEqual([]);
});

it('lets a drain rest twice as long as it worked while a crowd comes, never for long, and not once it is over', async () => {
  const { crowd, rests } = stage();
  expect(crowd.note(12)).toBe(true);
  await crowd.giveWay(30);
  await crowd.giveWay(10_000);
  await crowd.giveWay(30);
  expect(rests).toEqual([60, 250]);
});
