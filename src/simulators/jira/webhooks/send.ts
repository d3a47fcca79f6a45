import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A single try ends after this time. */
const limitMs = 20_000;
/** So many requests are under way at once; the others wait for their turn. */
const mostAtOnce = 16;

/** What came of a try; status 0 is no answer at all. */
export interface Outcome {
  status: number;
  error?: string;
}

/** Posts webhooks over kept connections, several at once. */
export interface Sender {
  post(url: string, headers: Record<string, string>, body: string): Promise<Outcome>;
  close(): void;
}

async function statusOf(message: IncomingMessage): Promise<Outcome> {
  message.resume();
  await new Promise<void>((resolve, reject) => {
    message.once('end', resolve);
    message.once('error', reject);
  });
  return { status: message.statusCode ?? 0 };
}

/** A sender that follows no redirect and gives up after twenty seconds. */
export function createSender(): Sender {
  const agents = { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) };
  const waiting: (() => void)[] = [];
  let underWay = 0;

  function send(url: URL, headers: Record<string, string>, body: string): Promise<Outcome> {
    const isHttps = url.protocol === 'https:';
    return new Promise((resolve, reject) => {
      const request = (isHttps ? httpsRequest : httpRequest)(url, {
        method: 'POST',
        agent: isHttps ? agents.https : agents.http,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(limitMs),
      });
      request.once('response', (message) => statusOf(message).then(resolve, reject));
      request.once('error', (error) => {
        const isGone = 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
        // The other end closed a kept connection just as it was used again: nothing was delivered.
        if (isGone && request.reusedSocket) send(url, headers, body).then(resolve, reject);
        else reject(error);
      });
      request.end(body);
    });
  }

  return {
    async post(url, headers, body) {
      if (underWay >= mostAtOnce) await new Promise<void>((resolve) => waiting.push(resolve));
      underWay++;
      try {
        return await send(new URL(url), headers, body);
      } catch (error) {
        return { status: 0, error: error instanceof Error ? error.message : String(error) };
      } finally {
        underWay--;
        waiting.shift()?.();
      }
    },
    close() {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}
