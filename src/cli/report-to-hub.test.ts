import { expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import type { Http } from '../kit/http.ts';
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
  const deadlineMs = Date.now() + behaviour.waitMs;
  const sending = {
    prepared,
    siteUrl: undefined,
    behaviour,
    deadlineMs,
    debug: false,
    note: () => undefined,
  };
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

const delivery = {
  id: '01a2023b-5a66-77dd-a142-e91c8d1ad7eb',
  state: 'delivered',
  final: true,
  issues: [{ key: 'MYT-1', outcome: 'linked' }],
  unknownServices: [],
  reason: null,
  error: null,
};

/** Reports by a hub that answers so. */
async function send(request: Http['request'], { debug, notes }: { debug: boolean; notes: string[] }) {
  const cli = {
    config: () => Promise.reject(new TypeError('not needed')),
    http: async () => ({ http: { request }, close: async () => undefined }),
  };
  const route = chooseRoute({ ...settings, hubUrl: 'https://tieline.example.com' });
  if (route.type !== 'hub') throw new TypeError('a connect key leads to a hub');
  const behaviour = { waitMs: 400, waitForAnswer: true };
  const note = (line: string) => void notes.push(line);
  const deadlineMs = Date.now() + behaviour.waitMs;
  return sendToHub(cli, route, { prepared, siteUrl: undefined, behaviour, deadlineMs, debug, note });
}

/** Reports at debug level by a hub whose answer to `/bodies` is given. */
async function sendForDebug(bodies: { status: number; json: object }) {
  const notes: string[] = [];
  const request: Http['request'] = async ({ method, url }) => {
    const { status, json } =
      method === 'POST'
        ? { status: 202, json: { delivery: delivery.id, state: 'received' } }
        : url.endsWith('/bodies')
          ? bodies
          : { status: 200, json: delivery };
    const headers = { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' };
    return { status, headers, url, text: JSON.stringify(json), json: () => json };
  };
  const result = await send(request, { debug: true, notes });
  return { result, notes };
}

it("at debug level shows Jira's whole answer when the hub gives it", async () => {
  const requests = [{ url: '/bulk', status: 202, answer: { acceptedBuilds: [] } }];
  const { result, notes } = await sendForDebug({ status: 200, json: { payload: {}, requests } });
  expect(result).toMatchObject({ state: 'delivered', answer: requests });
  expect(notes).toEqual([]);
});

it("at debug level notes when the hub keeps Jira's answer to itself", async () => {
  const problem = { code: 'permission-missing', detail: 'A connect key may not do this', hint: '' };
  const { result, notes } = await sendForDebug({ status: 403, json: problem });
  expect(result).toMatchObject({ state: 'delivered' });
  expect(result.answer).toBeUndefined();
  expect(notes).toEqual(["Jira's whole answer is not shown: A connect key may not do this"]);
});

it('a report that the hub has taken is not lost when the hub can no longer be asked', async () => {
  const notes: string[] = [];
  const request: Http['request'] = async ({ method, url }) => {
    if (method !== 'POST') throw new TielineError('network-failed', 'the hub went away');
    const json = { delivery: delivery.id, state: 'received' };
    return { status: 202, headers: {}, url, text: JSON.stringify(json), json: () => json };
  };
  const result = await send(request, { debug: false, notes });
  expect(result).toMatchObject({
    state: 'received',
    delivery: delivery.id,
    issues: [{ key: 'MYT-1', outcome: 'pending' }],
  });
  expect(notes.at(-1)).toBe('The hub cannot be asked what became of the report: the hub went away');
});
