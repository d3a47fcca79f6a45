import { expect, it } from 'vitest';
import { callerOf } from './fixtures/api-client.ts';
import { startReceiver } from './fixtures/receiver.ts';
import { startHarnessCodeSimulator } from './index.ts';

it('answers as the hosted product does when it is one', async () => {
  const code = await startHarnessCodeSimulator({ identity: 'Harness' });
  const receiver = await startReceiver();
  try {
    const call = callerOf(code);
    expect(code.apiUrl).toBe(`${code.url}/code/api/v1`);
    expect(
      (await call('GET', '/user', { headers: { authorization: 'Bearer pat.simulated.ada' } })).status,
    ).toBe(401);

    const scope = 'accountIdentifier=acme&orgIdentifier=shop&projectIdentifier=web';
    const paths = (json: { path: string }[]) => json.map((one) => one.path);
    expect(paths((await call('GET', `/repos?${scope}`)).json)).toEqual([
      'acme/shop/web/payments',
      'acme/shop/web/storefront',
    ]);
    expect((await call('GET', `/repos/storefront?${scope}`)).json.path).toBe('acme/shop/web/storefront');
    const whole = `/repos/${encodeURIComponent('acme/shop/web/storefront')}?accountIdentifier=acme`;
    expect((await call('GET', whole)).status).toBe(200);
    expect((await fetch(`${code.url}/gateway/code/api/v1${whole}`)).status).toBe(401);
    const me = await fetch(`${code.url}/gateway/ng/api/user/currentUser`, {
      headers: { 'x-api-key': 'pat.simulated.ada' },
    });
    expect(await me.json()).toMatchObject({
      status: 'SUCCESS',
      data: { email: 'admin@tieline-demo.example' },
    });

    const body = { identifier: 'tieline', url: receiver.url, secret: 's', enabled: true };
    expect((await call('POST', '/spaces/acme/webhooks', { body })).status).toBe(201);
    await code.people.createBranch({ repository: 'acme/shop/web/payments', name: 'feature/MYT-1' });
    await code.delivered();
    const [told] = receiver.received;
    expect(told?.rawHeaders).toEqual(expect.arrayContaining(['X-Harness-Trigger', 'X-Harness-Signature']));
    expect(told?.headers['user-agent']).toMatch(/^Harness\//);
  } finally {
    await code.close();
    await receiver.close();
  }
});
