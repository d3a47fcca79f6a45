import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryView } from '../../deliveries/index.ts';
import { type LinkedHub, startLinkedHub } from '../fixtures/linked-hub.ts';
import { pushed, senderFor, signatureOf, type WebhookSender } from '../fixtures/webhook-sender.ts';

const repository = 'acme/shop/web/storefront';
let linked: LinkedHub;
let link: string;
let sender: WebhookSender;

beforeAll(async () => {
  linked = await startLinkedHub();
  link = (await linked.link({ excludeRepositories: ['*/payments'] })).id;
  sender = await senderFor(linked, link);
});
afterAll(() => linked.close());

const deliveries = async (query = ''): Promise<DeliveryView[]> =>
  (await linked.hub.call('GET', `/api/v1/deliveries?limit=200${query}`)).body.items;

/** What the ledger came to hold of a webhook once nothing waits. */
async function endOf(delivery: string): Promise<DeliveryView> {
  return (await linked.hub.call('GET', `/api/v1/deliveries/${delivery}?wait=20`)).body;
}

describe('a webhook that is refused', () => {
  const bait = 'never-to-be-kept';
  const body = JSON.stringify(pushed(`MYT-1-${bait}`));
  const wrong = signatureOf(body, 'another secret');
  const unsigned = { status: 401, body: { code: 'hook-unsigned' } };
  const invalid = { status: 400, body: { code: 'hook-invalid' } };
  const form = `payload=${encodeURIComponent(body)}`;

  it.each([
    ['without a signature', body, { signature: null }, unsigned],
    ['signed with another secret', body, { signature: wrong }, unsigned],
    ['signed for another body', body, { signature: () => signatureOf('{}', sender.secret) }, unsigned],
    ['whose signature is no digest', body, { signature: 'sha256=deadbeef' }, unsigned],
    ['with an empty signature', body, { signature: '' }, unsigned],
    ['whose secret stands in the header', body, { signature: () => sender.secret.slice(0, 63) }, unsigned],
    ['malformed and unsigned', `{"${bait}`, { signature: null }, unsigned],
    ['malformed JSON', `{"${bait}`, {}, invalid],
    ['no JSON but UTF-16', Buffer.from(body, 'utf16le'), {}, invalid],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(`"${bait}`), Buffer.from([0xff, 0x22])]),
      {},
      invalid,
    ],
    ['a form', form, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }, invalid],
    ['empty', '', {}, invalid],
    ['JSON of another form', { hello: bait }, {}, invalid],
    ['a list', [bait], {}, invalid],
    ['JSON that nests 50,000 deep', '['.repeat(50_000), {}, invalid],
    ['with a number for a branch', pushed(bait, { ref: { name: 7 } }), {}, invalid],
    ['with a text for a repository', pushed(bait, { repo: bait }), {}, invalid],
  ] as const)(
    '%s',
    async (_what, sent, { signature, ...how }: { signature?: unknown; headers?: object }, answer) => {
      const given = typeof signature === 'function' ? signature() : signature;
      const headers = { ...how.headers } as Record<string, string>;
      expect(await sender.send(sent, { headers, signature: given as string })).toMatchObject(answer);
    },
  );

  it('of 33 MiB is refused by its length, before its body comes', async () => {
    const large = request(sender.url, { method: 'POST', headers: { 'content-length': 33 * 1024 * 1024 } });
    large.flushHeaders();
    const [answer] = await once(large, 'response');
    expect(answer.statusCode).toBe(413);
    expect(JSON.parse(await text(answer))).toMatchObject({ code: 'body-too-large' });
    large.destroy();
  });

  it('of 33 MiB that does not tell its length is refused when it gets too long', async () => {
    const long = request(sender.url, { method: 'POST' });
    // The hub hangs up while the rest is still coming.
    long.on('error', () => long.destroy());
    long.write(Buffer.alloc(33 * 1024 * 1024));
    const [answer] = await once(long, 'response');
    expect(answer.statusCode).toBe(413);
    long.destroy();
  });

  it('to an address that nobody has', async () => {
    const answer = await fetch(`${new URL(sender.url).origin}/hooks/nobody`, { method: 'POST', body });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'resource-not-found' });
  });

  it('leaves nothing behind: no delivery, no body, no line with what it said', async () => {
    expect(await deliveries()).toEqual([]);
    expect(await linked.hub.dump()).not.toContain(bait);
    expect(linked.hub.log.join('')).not.toContain(bait);
    expect((await linked.hub.call('GET', `/api/v1/links/${link}`)).body.firstHookAt).toBeNull();
  });
});

describe('a webhook that is taken and leads to nothing', () => {
  it.each([
    ['an event that is of no interest', pushed('MYT-1', { trigger: 'artifact_created' }), 'artifact_created'],
    ['an event that nobody knows', pushed('MYT-1', { trigger: 'moon_landed' }), 'moon_landed'],
    ['a tag', pushed('x', { ref: { name: 'refs/tags/MYT-1' } }), 'branch_updated'],
    [
      'a repository outside the scope of the link',
      pushed('MYT-1', { repo: { id: 3, path: 'acme/shop/platform/infrastructure' } }),
      'or none does',
    ],
    [
      'a repository that only looks as if it lay within',
      pushed('MYT-1', { repo: { id: 3, path: 'acme/shop/website' } }),
      'or none does',
    ],
    [
      'a repository that the link excludes',
      pushed('MYT-1', { repo: { id: 2, path: 'acme/shop/web/payments' } }),
      'excludes',
    ],
    ['a branch that the host does not have', pushed('MYT-1-made-up'), 'names no issue'],
    [
      'a pull request that the host does not have',
      {
        ...pushed('MYT-1', { trigger: 'pullreq_created' }),
        pull_req: {
          number: 999,
          title: 'MYT-1',
          state: 'open',
          source_branch: 'MYT-1',
          target_branch: 'main',
        },
      },
      'names no issue',
    ],
  ])('%s', async (_what, body, reason) => {
    const answer = await sender.send(body);
    expect(answer).toMatchObject({ status: 200, body: { duplicate: false } });
    const end = await endOf(answer.body.delivery);
    expect(end).toMatchObject({ direction: 'in', topic: 'code-event', state: 'skipped' });
    expect(end.reason).toContain(reason);
    expect(linked.panel()).toEqual({});
  });
});

describe('what is signed and comes again', () => {
  it('changes nothing: not a push, and not a branch that is long gone', async () => {
    const { people } = linked.host;
    await people.commit({ repository, branch: 'MYT-1-again', message: 'MYT-2 once', files: { a: '1' } });
    await people.commit({ repository, branch: 'MYT-1-again', message: 'MYT-2 twice', files: { a: '2' } });
    await people.createBranch({ repository, name: 'MYT-3-gone' });
    await people.deleteBranch({ repository, name: 'MYT-3-gone' });
    await linked.settled();
    const shown = {
      'branch MYT-1-again': ['MYT-1'],
      'commit MYT-2 once': ['MYT-2'],
      'commit MYT-2 twice': ['MYT-2'],
    };
    expect(linked.panel()).toEqual(shown);
    const told = (await deliveries('&topic=development')).length;

    const sent = linked.host
      .listWebhooks()
      .flatMap(({ executions }) => executions.map((one) => one.request.body));
    expect(sent).toHaveLength(4);
    for (const body of [...sent, ...sent.toReversed()]) {
      expect(await sender.send(body)).toMatchObject({ status: 200 });
    }
    await linked.settled();
    expect(linked.panel()).toEqual(shown);
    expect(await deliveries('&topic=development')).toHaveLength(told);
  });
});

describe('the files of commits', () => {
  it('are shown with their lines, also of commits that the webhook did not tell', async () => {
    const { people } = linked.host;
    const commits = ['first', 'second'].map((name) => ({
      message: `MYT-5 ${name}`,
      files: { [`${name}.txt`]: 'one\ntwo\n' },
    }));
    await people.push({ repository, branch: 'MYT-5-files', commits });
    await people.openPullRequest({ repository, title: 'Files', source: 'MYT-5-files' });
    await linked.settled();
    const [shown] = linked.hub.simulator.state.development('MYT-5');
    const filesOf = (name: string) =>
      shown?.commits.find(({ message }) => message.trim() === `MYT-5 ${name}`);
    for (const name of ['first', 'second']) {
      expect(filesOf(name)).toMatchObject({
        fileCount: 1,
        files: [{ path: `${name}.txt`, changeType: 'ADDED', linesAdded: 2, linesRemoved: 0 }],
      });
    }
  });
});

describe('a Jira that knows none of the keys', () => {
  it('shows nothing, and the delivery says which keys it does not know', async () => {
    await linked.host.people.createBranch({ repository, name: 'NONE-1-and-MYT-404' });
    await linked.settled();
    expect(linked.panel()).not.toHaveProperty('branch NONE-1-and-MYT-404');
    const [told] = await deliveries('&issue=NONE-1&topic=development');
    expect(told?.issues).toEqual([
      expect.objectContaining({ key: 'NONE-1', outcome: 'unknown' }),
      expect.objectContaining({ key: 'MYT-404', outcome: 'unknown' }),
    ]);
    expect(told?.final).toBe(true);
  });
});

describe('a host whose token was refused', () => {
  it('loses no webhook: they are taken, held, and looked at once the token is good again', async () => {
    const { people } = linked.host;
    linked.host.expireToken('ada');
    await people.createBranch({ repository, name: 'MYT-4-held' });
    await linked.host.delivered();
    await expect
      .poll(async () => (await deliveries('&topic=code-event'))[0], { timeout: 10_000 })
      .toMatchObject({ state: 'queued', error: { code: 'remote-unauthorized' } });
    await people.createBranch({ repository, name: 'MYT-5-held' });
    await linked.host.delivered();
    expect(linked.panel()).not.toHaveProperty('branch MYT-4-held');

    // The service account owns the project.
    const bot = linked.host.accounts.find(({ uid }) => uid === 'bot');
    const { items } = (await linked.hub.call('GET', '/api/v1/secrets')).body;
    const secret = items.find(({ name }: { name: string }) => name === 'code-token');
    await linked.hub.call('PUT', `/api/v1/secrets/${secret.id}/value`, { value: bot?.token });
    const test = await linked.hub.call('POST', `/api/v1/connections/${linked.hostConnection}/test`, {});
    expect(test.body).toMatchObject({ ok: true });
    await linked.settled();
    expect(linked.panel()).toMatchObject({ 'branch MYT-4-held': ['MYT-4'], 'branch MYT-5-held': ['MYT-5'] });
  });
});

describe('a link that is being disconnected', () => {
  it('takes what still comes and does nothing with it, and in the end has no address any more', async () => {
    const fault = linked.host.faults.add({ match: { method: 'DELETE' }, answer: { status: 503 } });
    await linked.hub.call('DELETE', `/api/v1/links/${link}`);
    await linked.host.people.createBranch({ repository, name: 'MYT-5-too-late' });
    await linked.host.delivered();
    const [late] = await deliveries('&topic=code-event');
    expect(await endOf(late?.id ?? '')).toMatchObject({
      state: 'skipped',
      reason: expect.stringContaining('disconnected'),
    });
    expect(linked.panel()).not.toHaveProperty('branch MYT-5-too-late');

    await expect
      .poll(() => linked.host.faults.list().find(({ id }) => id === fault)?.struck, { timeout: 15_000 })
      .toBeGreaterThan(0);
    linked.host.faults.clear();
    await expect
      .poll(async () => (await sender.send(pushed('MYT-1'))).status, { timeout: 15_000, interval: 200 })
      .toBe(404);
    expect(linked.panel()).toEqual({});
    expect(linked.host.listWebhooks()).toEqual([]);
  });
});
