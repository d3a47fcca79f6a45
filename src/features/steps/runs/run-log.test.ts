import { afterAll, beforeAll, expect, it } from 'vitest';
import { done, type ScriptedHub, stage, startScriptedHub, step } from './fixtures/scripted.ts';

let hub: ScriptedHub;
let url: string;
beforeAll(async () => {
  hub = await startScriptedHub();
  url = await hub.serve();
});
afterAll(() => hub.close());

interface Event {
  event: string;
  id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test says of each event what it expects
  data: any;
}

/** Follows a run until the wanted event, or its end. */
async function follow(id: string, until = 'end', lastEventId?: string): Promise<Event[]> {
  const stop = new AbortController();
  const answer = await fetch(`${url}/api/v1/runs/${id}/log`, {
    headers: {
      authorization: `Bearer ${hub.token}`,
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: stop.signal,
  });
  expect(answer.headers.get('content-type')).toContain('text/event-stream');
  const events: Event[] = [];
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s)));
      if (fields.event === undefined) continue;
      events.push({ event: fields.event, id: fields.id, data: JSON.parse(fields.data) });
    }
    if (events.some(({ event }) => event === until)) break;
  }
  stop.abort();
  return events;
}

const linesOf = (events: Event[]): string[] =>
  events.filter(({ event }) => event === 'log').map(({ data }) => data.line);

it('tells a run as it goes, to its end, and goes on after the last line that was heard', async () => {
  const goOn = Promise.withResolvers<void>();
  hub.script.run = async (_input, { say }) => {
    say('the work begins');
    await goOn.promise;
    say('the work ends');
    return done({ key: 'MYT-1' });
  };
  const { id } = await hub.run(stage(step('first')));
  const following = follow(id);
  const heard = await follow(id, 'log');
  expect(heard.some(({ event }) => event === 'state')).toBe(true);
  await hub.until(id, () => hub.log.length > 0);
  goOn.resolve();
  const events = await following;
  const lines = linesOf(events);
  expect(lines.indexOf('the work begins')).toBeLessThan(lines.indexOf('the work ends'));
  expect(lines.at(-1)).toBe('the run has ended: succeeded');
  expect(events.at(-1)).toMatchObject({
    event: 'end',
    data: { state: 'succeeded', steps: [{ id: 'first' }] },
  });
  expect(new Set(lines).size).toBe(lines.length);
  const ids = events.flatMap(({ id: number }) => (number === undefined ? [] : [Number(number)]));
  expect(ids).toEqual(ids.map((_, index) => index + 1));

  const resumed = await follow(id, 'end', '2');
  expect(linesOf(resumed)).toEqual(lines.slice(2));
});

it('is plain text for who asks for no events', async () => {
  hub.script.run = async () => done();
  const { id } = await hub.run(stage(step('first')));
  await hub.ended(id);
  const answer = await hub.call('GET', `/api/v1/runs/${id}/log`);
  expect(answer.headers['content-type']).toContain('text/plain');
  expect(answer.text).toMatch(/first: first begins\n/);
  expect(answer.text).toContain('the run has ended: succeeded');
});

it('is let go on when the hub stops', async () => {
  const gone = Promise.withResolvers<never>();
  hub.script.run = (_input, { signal }) => {
    signal.addEventListener('abort', () => gone.reject(new Error('stopped')));
    return gone.promise;
  };
  const { id } = await hub.run(stage(step('first')));
  const following = follow(id, 'never');
  await hub.until(id, (run) => run.steps[0].attempts.length === 1);
  await hub.call('POST', `/api/v1/runs/${id}/cancel`, {});
  const events = await following;
  expect(events.at(-1)).toMatchObject({ event: 'end', data: { state: 'aborted' } });
});
