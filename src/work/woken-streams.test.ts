import { expect, it, vi } from 'vitest';
import { silentLog } from '../../test/postgres.ts';
import { createWokenStreams } from './woken-streams.ts';

/** Drains that end when they are told to. */
function startStreams() {
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  const woken = createWokenStreams((stream) => {
    begun.push(stream);
    const end = Promise.withResolvers<void>();
    ends.set(stream, end);
    return end.promise;
  }, silentLog);
  return { woken, begun, end: (stream: string) => ends.get(stream) };
}

/** Lets everything that waits for nothing but promises go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it('four streams are drained at once; the others follow as those end, each once', async () => {
  const { woken, begun, end } = startStreams();
  woken.wake(['a', 'b', 'c', 'd', 'e', 'f']);
  woken.wake(['e']);
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end('b')?.resolve();
  await settled();
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
  end('a')?.resolve();
  end('e')?.resolve();
  await settled();
  expect(begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

it('a stream that is filled while it is drained is drained again', async () => {
  const { woken, begun, end } = startStreams();
  woken.wake(['a']);
  woken.wake(['a']);
  expect(begun).toEqual(['a']);
  end('a')?.resolve();
  await settled();
  expect(begun).toEqual(['a', 'a']);
});

it('what comes in a crowd is drained together, a moment later', async () => {
  const { woken, begun } = startStreams();
  woken.wakeSoon(['a']);
  woken.wakeSoon(['a', 'b']);
  expect(begun).toEqual([]);
  await vi.waitFor(() => expect(begun).toEqual(['a', 'b']));
});

it('a stream whose drain fails is named once, so that a job can be added for it', async () => {
  const { woken, end } = startStreams();
  woken.wake(['a', 'b']);
  end('a')?.reject(new Error('the line is lost'));
  await settled();
  expect(woken.takeFailed()).toEqual(['a']);
  expect(woken.takeFailed()).toEqual([]);
});

it('once stopped it begins no more and ends with the last', async () => {
  const { woken, begun, end } = startStreams();
  woken.wake(['a']);
  woken.wakeSoon(['c']);
  let stopped = false;
  const stopping = woken.stop().then(() => {
    stopped = true;
  });
  woken.wake(['b']);
  await settled();
  expect({ begun, stopped }).toEqual({ begun: ['a'], stopped: false });
  end('a')?.resolve();
  await stopping;
  expect(begun).toEqual(['a']);
});
