import { createHmac } from 'node:crypto';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Identity } from '../world.ts';
import type { Execution, ExecutionResult, Webhook } from './webhook.ts';

/** A single try ends after this time. */
const limitMs = 10_000;
/** So much of an answer's headers and body is kept. */
const keptBytes = 1024;
const version = '3.0.0';

/** What came of a try. */
export type Outcome = Pick<Execution, 'result' | 'error' | 'request' | 'response' | 'durationMs'>;

/** Sends webhooks over kept connections. */
export interface Sender {
  send(webhook: Webhook, trigger: string, body: string): Promise<Outcome>;
  close(): void;
}

interface Answer {
  status: number;
  text: string;
  headers: string;
  body: string;
}

function judge(status: number): { result: ExecutionResult; error: string } {
  if (status >= 200 && status < 300) return { result: 'success', error: '' };
  if (status < 200) return { result: 'fatal_error', error: '1xx response codes are not supported' };
  if (status < 400) return { result: 'fatal_error', error: '3xx response codes are not supported' };
  if (status === 408) return { result: 'retriable_error', error: 'request timed out' };
  if (status === 429) return { result: 'retriable_error', error: 'request got throttled' };
  if (status < 500) {
    const error = '4xx response codes are not supported (apart from 408 and 429)';
    return { result: 'fatal_error', error };
  }
  if (status === 501) {
    return { result: 'fatal_error', error: 'remote server does not implement requested action' };
  }
  if (status < 600) return { result: 'retriable_error', error: 'remote server encountered an error' };
  return { result: 'fatal_error', error: 'response code not supported' };
}

async function readAnswer(message: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    if (size < keptBytes) chunks.push(chunk);
    size += chunk.length;
  }
  const headers = Object.entries(message.headersDistinct).flatMap(([name, values = []]) =>
    values.map((value) => `${name}: ${value}\r\n`),
  );
  return {
    status: message.statusCode ?? 0,
    text: `${message.statusCode} ${message.statusMessage ?? ''}`.trim(),
    headers: headers.join('').slice(0, keptBytes),
    body: Buffer.concat(chunks).subarray(0, keptBytes).toString('utf8'),
  };
}

function why(error: unknown, host: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof Error && error.name === 'TimeoutError') return 'request exceeded time limit of 10s';
  if (code === 'ENOTFOUND') return `host '${host}' was not found`;
  const message = error instanceof Error ? error.message : String(error);
  return `an error occurred while sending the request: ${message}`;
}

/** The headers of a delivery; `identity` stands in their names. The signature covers the body to its last newline. */
function headersFor(
  identity: Identity,
  webhook: Webhook,
  trigger: string,
  body: string,
): [name: string, value: string][] {
  const x = (name: string) => `X-${identity}-${name}`;
  const headers: [string, string][] = [
    ['User-Agent', `${identity}/${version}`],
    ['Content-Type', 'application/json'],
    [x('Webhook-Parent-Type'), webhook.parentType],
    [x('Webhook-Parent-Id'), String(webhook.parentId)],
    [x('Webhook-Uid'), webhook.identifier],
    [x('Webhook-Identifier'), webhook.identifier],
    [x('Trigger'), trigger],
    ...webhook.extraHeaders.map(({ key, value }): [string, string] => [key, value]),
  ];
  if (webhook.secret !== '') {
    headers.push([x('Signature'), createHmac('sha256', webhook.secret).update(body).digest('hex')]);
  }
  return headers;
}

/** A sender that follows no redirect and gives up after ten seconds. */
export function createSender(identity: Identity): Sender {
  const agents = {
    http: new HttpAgent({ keepAlive: true }),
    https: new HttpsAgent({ keepAlive: true }),
    insecure: new HttpsAgent({ keepAlive: true, rejectUnauthorized: false }),
  };

  function post(webhook: Webhook, headers: [string, string][], body: string): Promise<Answer> {
    const url = new URL(webhook.url);
    const isHttps = url.protocol === 'https:';
    const agent = isHttps ? (webhook.insecure ? agents.insecure : agents.https) : agents.http;
    return new Promise((resolve, reject) => {
      const request = (isHttps ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent,
        headers: { ...Object.fromEntries(headers), 'Content-Length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(limitMs),
      });
      request.once('response', (message) => readAnswer(message).then(resolve, reject));
      request.once('error', (error) => {
        const gone = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        // The other end closed a kept connection just as it was used again: nothing was delivered.
        if (gone && request.reusedSocket) post(webhook, headers, body).then(resolve, reject);
        else reject(error.name === 'AbortError' && error.cause instanceof Error ? error.cause : error);
      });
      request.end(body);
    });
  }

  return {
    async send(webhook, trigger, body) {
      const started = performance.now();
      const headers = headersFor(identity, webhook, trigger, body);
      const masked = new Set(webhook.extraHeaders.filter((one) => one.masked).map((one) => one.key));
      const shown = headers.map(([name, value]) => `${name}: ${masked.has(name) ? '***' : value}\r\n`);
      const request = { url: webhook.url, headers: shown.join(''), body };
      try {
        const answer = await post(webhook, headers, body);
        const { status, text, headers: answered, body: said } = answer;
        return {
          ...judge(status),
          request,
          response: { statusCode: status, status: text, headers: answered, body: said },
          durationMs: performance.now() - started,
        };
      } catch (error) {
        return {
          result: 'fatal_error',
          error: why(error, new URL(webhook.url).hostname),
          request,
          response: { statusCode: 0, status: '', headers: '', body: '' },
          durationMs: performance.now() - started,
        };
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
