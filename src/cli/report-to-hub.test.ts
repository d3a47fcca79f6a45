import { expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import { Secret } from '../kit/secret.ts';
import type { ReportSettings } from '../report/index.ts';
import type { Sendable } from './report-result.ts';
import { chooseRoute } from './report-route.ts';
import { sendToHub } from './report-to-hub.ts';

const prepared: Sendable = {
  kind: 'build',
  issueKeys: ['MYT-1'],
  found: [{ key: 'MYT-1', in: 'setting' }],
  notices: [],
  build: {
    pipelineId: 'shop',
    buildNumber: 1,
    displayName: 'shop',
    url: 'https://ci.example.com/1',
    state: 'successful',
    lastUpdated: new Date('2026-11-20T10:00:00Z'),
    issueKeys: ['MYT-1'],
  },
};

const settings: ReportSettings = {
  connectKey: new Secret('key'),
  logLevel: 'info',
  services: [],
  junit: [],
  notices: [],
};

/** Sends by a hub that refuses the connection, and gives what is thrown after how many tries. */
async function sendToNobody(hubUrl: string | undefined) {
  let tries = 0;
  const route = chooseRoute({ ...settings, hubUrl });
  if (route.type !== 'hub') throw new TypeError('a connect key leads to a hub');
  const refuse = async () => {
    tries += 1;
    throw new TielineError('network-failed', `${route.hubUrl} refused the connection`);
  };
  const cli = {
    config: () => Promise.reject(new TypeError('not needed')),
    http: async () => ({ http: { request: refuse }, close: async () => undefined }),
  };
  const behaviour = { waitMs: 400, waitForAnswer: true };
  const sending = { prepared, siteUrl: undefined, behaviour, debug: false, note: () => undefined };
  const error = await sendToHub(cli, route, sending).catch((thrown: unknown) => thrown);
  return { error, tries };
}

it('a hub that does not answer is tried again and then told as it is', async () => {
  const { error, tries } = await sendToNobody('https://tieline.example.com');
  expect(error).toMatchObject({ code: 'network-failed' });
  expect(tries).toBeGreaterThan(1);
});

it('when nobody answers at the address that was assumed, the setting is what lacks, at once', async () => {
  const { error, tries } = await sendToNobody(undefined);
  expect(error).toMatchObject({
    code: 'report-incomplete',
    message: 'The address of the hub is not given, and no hub answers at http://127.0.0.1:7400',
    hint: expect.stringContaining('CONNECT_HOSTNAME'),
  });
  expect(tries).toBe(1);
});
