import { X509Certificate } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import { startConnectProxy } from '../../http/fixtures/start-proxy.ts';
import { pem } from '../../http/fixtures/start-server.ts';
import { startSimulatedDataCenter } from './fixtures/simulated-data-center.ts';
import jira from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function startSecure() {
  const tls = { cert: pem('localhost'), key: pem('localhost.key') };
  const site = await startSimulatedDataCenter({ tls, host: 'localhost' });
  closing.push(site.close);
  const baseUrl = site.simulator.siteUrl.replace('127.0.0.1', 'localhost');
  return { site, baseUrl };
}

const fingerprint = (name: string) => new X509Certificate(pem(name)).fingerprint256;

it.each([
  ['with its private authority', { certificateAuthority: pem('authority') }, undefined],
  ['with its certificate pinned', { pinnedCertificates: [fingerprint('localhost')] }, undefined],
  ['with nothing', {}, 'tls-failed'],
  ['with another certificate pinned', { pinnedCertificates: [fingerprint('elsewhere')] }, 'tls-pin-mismatch'],
])('a Jira behind a private certificate: %s', async (_, egress, code) => {
  const { site, baseUrl } = await startSecure();
  const report = await jira.test(await site.connect({ ...site.byToken('admin'), baseUrl, ...egress }));
  expect(report.outcome).toBe(code === undefined ? 'passed' : 'failed');
  expect(report.capabilities[0]?.code).toBe(code);
});

it.each([
  ['lets through', 'ann:a-proxy-password', undefined],
  ['does not know the credentials', 'bob:another', 'proxy-unauthorized'],
])('a Jira behind a proxy that %s', async (_, credentials, code) => {
  const proxy = await startConnectProxy({ credentials });
  const { site, baseUrl } = await startSecure();
  const connection = await site.connect({
    ...site.byToken('admin'),
    baseUrl,
    certificateAuthority: pem('authority'),
    proxy: { url: proxy.url, username: 'ann', password: { secret: 'a-proxy-password' } },
  });
  const report = await jira.test(connection);
  expect(report.capabilities[0]?.code).toBe(code);
  expect(proxy.asked.every((line) => line.startsWith('CONNECT localhost:'))).toBe(true);
  expect(proxy.asked.length).toBeGreaterThan(0);
  expect(JSON.stringify(report)).not.toContain('a-proxy-password');
});
