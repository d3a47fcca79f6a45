import { expect, it } from 'vitest';
import { startHttp, startServer, targetAt } from './fixtures/start-server.ts';

it('an answer can be taken as it comes, however long it is', async () => {
  const { origin } = await startServer(() => (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(Buffer.from('data: gr\u00fc').subarray(0, 9));
    response.end(
      Buffer.concat([Buffer.from('\u00fc').subarray(1), Buffer.from(`n\n\n${'x'.repeat(1_000)}`)]),
    );
  });
  const texts: string[] = [];
  const http = startHttp().aim(targetAt(origin, { limits: { maxAnswerBytes: 100 } }));
  const answer = await http.request({ method: 'GET', url: '/x', onText: (text) => texts.push(text) });
  expect(texts.join('')).toBe(`data: gr\u00fcn\n\n${'x'.repeat(1_000)}`);
  expect(answer).toMatchObject({ status: 200, text: '' });
});

it('a refusal is read whole instead', async () => {
  const { origin } = await startServer(() => ({ status: 404, body: '{"code":"gone"}' }));
  const texts: string[] = [];
  const answer = await startHttp()
    .aim(targetAt(origin))
    .request({ method: 'GET', url: '/x', accept: [404], onText: (text) => texts.push(text) });
  expect(answer.json()).toEqual({ code: 'gone' });
  expect(texts).toEqual([]);
});

it('what breaks off is a failure of the network', async () => {
  const { origin } = await startServer(() => (response) => {
    response.writeHead(200);
    response.write('data: 1\n\n', () => response.destroy());
  });
  const request = startHttp()
    .aim(targetAt(origin))
    .request({ method: 'GET', url: '/x', onText: () => undefined });
  await expect(request).rejects.toMatchObject({ code: 'network-failed', retry: 'soon' });
});
