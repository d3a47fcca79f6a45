import { expect, it, vi } from 'vitest';
import { startTestHubWithJira } from '../../../test/hub.ts';

it('whoever waits for a delivery while the hub stops hears how it stands, and does not hold the hub up', async () => {
  const hub = await startTestHubWithJira();
  try {
    const key = await hub.makeKey((await hub.connectJira()).id);
    hub.simulator.faults.unavailable();
    const report = {
      pipelineId: 'shop',
      buildNumber: 1,
      displayName: 'Shop',
      url: 'https://ci.example.com/shop/1',
      state: 'successful',
      lastUpdated: '2026-11-20T10:00:00Z',
      issueKeys: ['MYT-1'],
    };
    const { body } = await hub.call('POST', '/api/v1/builds', report, key);
    const path = `/api/v1/deliveries/${body.delivery}`;
    const waiting = hub.call('GET', `${path}?wait=60`, undefined, key);
    const settled = vi.fn();
    void waiting.then(settled);
    // It is tried again and again meanwhile, so the wait is under way by now.
    for (let attempts = 0; attempts < 3; ) attempts = (await hub.call('GET', path)).body.attempts;
    expect(settled).not.toHaveBeenCalled();
    await hub.stop();
    expect(await waiting).toMatchObject({
      status: 200,
      body: { final: false, issues: [{ outcome: 'pending' }] },
    });
  } finally {
    await hub.close();
  }
});
