import { describe, vi } from 'vitest';

vi.mock('undici', () => import('./plain-agent.ts'));

// Whatever is promised of outbound HTTP holds with Node's own client too: the same stories, on the other agent.
describe('on plain Node', async () => {
  await import('./create-http.test.ts');
  await import('./network-errors.test.ts');
  await import('./pools.test.ts');
  await import('./access-tokens.test.ts');
});
