import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { Secret } from '../kit/secret.ts';
import { openDirectJira } from './direct.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const cloudId = '11111111-2222-4333-8444-555555555555';
const answers: Record<string, unknown> = {
  '/_edge/tenant_info': { cloudId },
  '/oauth/token': { access_token: 'token', expires_in: 900 },
};

/** A site and its gateway at one address, which answers the first two questions only when both have been asked. */
async function startPatientSite() {
  const waiting: { path: string; response: ServerResponse }[] = [];
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const path = request.url ?? '';
    asked.push(path);
    waiting.push({ path, response });
    if (waiting.length < 2) return;
    for (const { path: one, response: open } of waiting) {
      open.writeHead(200, { 'content-type': 'application/json' });
      open.end(JSON.stringify(answers[one]));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

it('asks for the cloud id and the access token side by side, each once', async () => {
  const { url, asked } = await startPatientSite();
  const direct = openDirectJira({
    siteUrl: url,
    gatewayUrl: url,
    clientId: 'id',
    clientSecret: new Secret('secret'),
    limits: { headersTimeoutMs: 5_000 },
  });
  closing.push(() => direct.close());
  await direct.open();
  await direct.open();
  expect(asked.sort()).toEqual(['/_edge/tenant_info', '/oauth/token']);
});
