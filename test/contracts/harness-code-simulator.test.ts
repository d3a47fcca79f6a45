import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callerOf } from '../../src/simulators/harness-code/fixtures/api-client.ts';
import {
  type HarnessCodeSimulator,
  startHarnessCodeSimulator,
} from '../../src/simulators/harness-code/index.ts';
import { harnessCodeContract } from './contract.ts';

const path = encodeURIComponent('acme/shop/web/storefront');
const repo = `/repos/${path}`;
const space = `/spaces/${encodeURIComponent('acme/shop/web')}`;
const pull = `${repo}/pullreq/1`;
const branch = encodeURIComponent('feature/MYT-1');
let code: HarnessCodeSimulator;
let call: Call;

beforeAll(async () => {
  code = await startHarnessCodeSimulator();
  call = callerOf(code);
});
afterAll(() => code.close());

const webhook = {
  identifier: 'w',
  url: 'http://127.0.0.1:1/',
  secret: 's',
  enabled: true,
  triggers: ['branch_created'],
};
const action = { action: 'CREATE', path: 'b.txt', payload: 'b', encoding: 'utf8' };

describe('every request that the simulator takes, and every answer, is as documented', () => {
  const calls: [method: string, path: string, status: number, body?: unknown, by?: string][] = [
    ['GET', '/user', 200],
    ['GET', '/user/memberships', 200, undefined, 'dev'],
    ['GET', '/user/tokens', 200],
    ['GET', '/principals?query=rene&type=user', 200],
    ['GET', '/principals/1', 200],
    ['GET', '/principals/99', 404],
    ['GET', '/system/config', 200],
    ['POST', '/spaces', 201, { identifier: 'more', parent_ref: 'acme' }],
    ['GET', space, 200],
    ['GET', '/spaces/nowhere', 404],
    ['GET', '/spaces/acme/spaces', 200],
    ['GET', `${space}/repos?recursive=true`, 200],
    ['GET', `${space}/members`, 200],
    ['POST', '/repos', 201, { identifier: 'new', parent_ref: 'acme/more', readme: true }],
    ['POST', '/repos', 403, { identifier: 'new', parent_ref: 'acme/more' }, 'dev'],
    ['GET', repo, 200],
    ['GET', repo, 401, undefined, 'nobody'],
    ['GET', '/repos/nowhere', 404],
    ['PATCH', repo, 200, { description: 'Changed' }],
    ['GET', `${repo}/summary`, 200],
    ['POST', `${repo}/webhooks`, 201, webhook],
    ['POST', `${repo}/webhooks`, 400, { ...webhook, identifier: 'v', url: 'http://localhost/' }],
    ['POST', `${repo}/webhooks`, 403, webhook, 'rene'],
    ['GET', `${repo}/webhooks`, 200],
    ['GET', `${repo}/webhooks/w`, 200],
    ['PATCH', `${repo}/webhooks/w`, 200, { description: 'Mine' }],
    ['POST', `${space}/webhooks`, 201, webhook],
    ['GET', `${space}/webhooks`, 200],
    ['PATCH', `${space}/webhooks/w`, 200, { enabled: false }],
    ['POST', `${repo}/branches`, 201, { name: 'feature/MYT-1', target: 'main' }],
    ['POST', `${repo}/branches`, 400, { name: 'a..b', target: 'main' }],
    ['POST', `${repo}/branches`, 403, { name: 'x', target: 'main' }, 'rene'],
    ['GET', `${repo}/webhooks/w/executions`, 200],
    ['GET', `${repo}/webhooks/w/executions/1`, 200],
    ['POST', `${repo}/webhooks/w/executions/1/retrigger`, 200],
    ['POST', `${repo}/commits`, 200, { actions: [action], branch: 'feature/MYT-1', title: 'MYT-1 B' }],
    ['GET', `${repo}/branches?include_commit=true&include_pullreqs=true&max_divergence=10`, 200],
    ['GET', `${repo}/branches/${branch}`, 200],
    ['GET', `${repo}/branches/nowhere`, 404],
    ['GET', `${repo}/commits?git_ref=${branch}&include_stats=true&after=main`, 200],
    ['GET', `${repo}/commits?git_ref=nowhere`, 404],
    ['GET', `${repo}/commits/main`, 200],
    ['GET', `${repo}/diff/main...${branch}`, 200],
    ['GET', `${repo}/diff-stats/main...${branch}`, 200],
    ['POST', `${repo}/tags`, 201, { name: 'v1', target: 'main', message: 'First' }],
    ['POST', `${repo}/tags`, 409, { name: 'v1', target: 'main' }],
    ['GET', `${repo}/tags?include_commit=true`, 200],
    ['DELETE', `${repo}/tags/v1`, 200],
    [
      'POST',
      `${repo}/pullreq`,
      201,
      { title: 'MYT-1 One', source_branch: 'feature/MYT-1', target_branch: 'main' },
    ],
    ['POST', `${repo}/pullreq`, 400, { title: 'x', source_branch: 'main', target_branch: 'main' }],
    ['GET', `${repo}/pullreq?state=open&state=closed`, 200],
    ['GET', `${space}/pullreq`, 200],
    ['GET', `${space}/pullreq/count`, 200],
    ['GET', pull, 200],
    ['GET', `${repo}/pullreq/main...${branch}`, 200],
    ['PATCH', pull, 200, { title: 'MYT-1 Two' }],
    ['POST', `${pull}/comments`, 200, { text: 'Well' }],
    ['PUT', `${pull}/reviewers`, 200, { reviewer_id: 2 }],
    ['GET', `${pull}/reviewers`, 200],
    ['GET', `${pull}/reviewers/combined`, 200],
    ['GET', `${pull}/activities`, 200],
    ['GET', `${pull}/commits`, 200],
    ['GET', `${pull}/diff`, 200],
    ['GET', `${pull}/metadata`, 200],
    ['POST', `${pull}/state`, 200, { state: 'closed' }],
    ['POST', `${pull}/state`, 400, { state: 'merged' }],
    ['POST', `${pull}/state`, 200, { state: 'open' }],
    ['POST', `${pull}/merge`, 200, { method: 'squash' }],
    ['POST', `${pull}/merge`, 400, { method: 'squash' }],
    ['GET', pull, 200],
    ['DELETE', `${pull}/branch`, 200],
    ['POST', `${pull}/branch`, 201, {}],
    ['DELETE', `${repo}/branches/${branch}`, 200],
    ['DELETE', `${repo}/webhooks/w`, 204],
    ['POST', `${repo}/move`, 200, { identifier: 'shopfront' }],
    ['DELETE', `/repos/${encodeURIComponent('acme/shop/web/shopfront')}`, 200],
  ];
  it.each(calls)('%s %s is %d', async (method, address, status, body, by) => {
    await code.delivered();
    if (body !== undefined && status < 300) {
      expect(harnessCodeContract.validateRequest(method, address, body)).toEqual([]);
    }
    const answer = await call(method, address, { by, body });
    expect(answer.status, answer.text.slice(0, 400)).toBe(status);
    const json = answer.text === '' ? undefined : answer.json;
    const against = harnessCodeContract.validateResponse(method, address, status, json);
    expect(against, answer.text.slice(0, 400)).toEqual([]);
  });
});
