import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { startHttp, startServer, targetAt } from './fixtures/start-server.ts';
import { toNetworkError } from './network-errors.ts';

const get = { method: 'GET', url: '/x' } as const;

const cut = (response: ServerResponse) => void response.write('{', () => response.socket?.end());

describe('what went wrong on the way', () => {
  it('is an unresolved name', async () => {
    const resolveName = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    const failed = startHttp({ resolveName }).aim(targetAt('http://nowhere.test')).request(get);
    await expect(failed).rejects.toMatchObject({
      code: 'name-unresolved',
      retry: 'soon',
      message: 'GET http://nowhere.test/x: the name nowhere.test could not be resolved',
    });
  });

  it('is a refused connection', async () => {
    const { server, origin } = await startServer(() => ({}));
    await new Promise((resolve) => server.close(resolve));
    const failed = startHttp().aim(targetAt(origin)).request(get);
    await expect(failed).rejects.toMatchObject({ code: 'network-failed', retry: 'soon' });
    await expect(failed).rejects.toThrow('refused the connection');
  });

  it.each([
    ['before the answer', (response) => void response.socket?.destroy()],
    ['within a body of known length', (response) => cut(response.writeHead(200, { 'content-length': 9 }))],
    ['within a body in chunks', (response) => cut(response.writeHead(200))],
  ] satisfies [string, (response: ServerResponse) => void][])(
    'is a connection closed %s',
    async (_when, answer) => {
      const { origin } = await startServer(() => answer);
      const failed = startHttp().aim(targetAt(origin)).request(get);
      await expect(failed).rejects.toMatchObject({ code: 'network-failed', retry: 'soon' });
      await expect(failed).rejects.toThrow('closed the connection before its answer was whole');
    },
  );

  it('is a server of another protocol', async () => {
    const server = createServer((socket) => void socket.once('data', () => socket.write('500 what?\r\n')));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const failed = startHttp()
      .aim(targetAt(`http://localhost:${port}`))
      .request(get);
    await expect(failed).rejects.toMatchObject({ code: 'answer-unexpected', retry: 'never' });
  });

  it('is a connection that never stands', async () => {
    const server = createServer((socket) => void socket.on('error', () => socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const target = targetAt(`https://localhost:${port}`, { limits: { connectTimeoutMs: 50 } });
    const failed = startHttp().aim(target).request(get);
    await expect(failed).rejects.toMatchObject({ code: 'request-timed-out', retry: 'soon' });
    await expect(failed).rejects.toThrow('no connection within 50 ms (connect)');
  });

  it.each([
    ['headersTimeoutMs', () => () => undefined, 'no answer began within 50 ms (headers)'],
    [
      'bodyTimeoutMs',
      () => (response: ServerResponse) => void response.writeHead(200).write('{'),
      'stood still for 50 ms (body)',
    ],
  ])('is a time-out by %s', async (limit, answer, message) => {
    const { origin } = await startServer(answer);
    const failed = startHttp()
      .aim(targetAt(origin))
      .request({ ...get, limits: { [limit]: 50 } });
    await expect(failed).rejects.toMatchObject({ code: 'request-timed-out', retry: 'soon' });
    await expect(failed).rejects.toThrow(message);
  });

  it('is the caller who gave up', async () => {
    const abort = new AbortController();
    const { origin } = await startServer(() => () => abort.abort());
    const failed = startHttp()
      .aim(targetAt(origin))
      .request({ ...get, signal: abort.signal });
    await expect(failed).rejects.toMatchObject({ code: 'request-timed-out' });
    await expect(failed).rejects.toThrow('was given up before its answer came');
  });
});

describe('toNetworkError', () => {
  const limits = { connectTimeoutMs: 1, headersTimeoutMs: 1, bodyTimeoutMs: 1, maxAnswerBytes: 1 };
  const attempt = { what: 'GET https://a.example/', host: 'a.example', limits };
  const coded = (code: string) => Object.assign(new Error('text'), { code });

  it.each([
    [coded('EAI_AGAIN'), 'name-unresolved', 'soon'],
    [coded('CERT_NOT_YET_VALID'), 'tls-failed', 'soon'],
    [coded('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR'), 'tls-failed', 'soon'],
    [coded('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'tls-failed', 'once-repaired'],
    [coded('UND_ERR_HEADERS_OVERFLOW'), 'answer-too-large', 'never'],
    [coded('UND_ERR_INVALID_ARG'), 'request-invalid', 'never'],
    [coded('EHOSTUNREACH'), 'network-failed', 'soon'],
    [coded('EPERM'), 'network-failed', 'soon'],
    [new Error('outer', { cause: coded('ECONNRESET') }), 'network-failed', 'soon'],
    [new AggregateError([coded('ETIMEDOUT'), coded('ECONNREFUSED')]), 'request-timed-out', 'soon'],
    [new TypeError('a fault of ours'), 'internal-error', 'soon'],
  ])('%s is %s', (thrown, code, retry) => {
    expect(toNetworkError(thrown, attempt)).toMatchObject({ code, retry });
  });

  it('lets our own errors pass', () => {
    const own = new TielineError('address-denied', 'no');
    expect(toNetworkError(own, attempt)).toBe(own);
  });
});
