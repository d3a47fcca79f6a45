import { afterAll, expect, it } from 'vitest';
import { createIssueAction, createIssueInput } from '../../src/connectors/jira/actions/create-issue.ts';
import { keptMetadata } from '../../src/connectors/jira/actions/fixtures/run-context.ts';
import { updateIssueAction, updateIssueInput } from '../../src/connectors/jira/actions/update-issue.ts';
import { createJiraClient } from '../../src/connectors/jira/client.ts';
import { startSimulatedCloud } from '../../src/connectors/jira/fixtures/simulated-cloud.ts';
import { startSimulatedDataCenter } from '../../src/connectors/jira/fixtures/simulated-data-center.ts';
import type { JiraSettings } from '../../src/connectors/jira/settings.ts';
import type { ActionContext, ActionResult } from '../../src/kit/action.ts';
import type { Connection } from '../../src/kit/connector.ts';
import type { HttpRequest } from '../../src/kit/http.ts';
import { dataCenterContract, listUnknownParameters, validateRequest } from './contract.ts';

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A connection that keeps the requests made by it. */
function watched(connection: Connection<JiraSettings>): {
  connection: Connection<JiraSettings>;
  sent: HttpRequest[];
} {
  const sent: HttpRequest[] = [];
  const aim: Connection<JiraSettings>['aim'] = (part) => {
    const aimed = connection.aim(part);
    return {
      async request(request) {
        sent.push(request);
        return aimed.request(request);
      },
    };
  };
  return { connection: { ...connection, aim }, sent };
}

async function onCloud() {
  const site = await startSimulatedCloud();
  closing.push(() => site.close());
  return { faults: site.simulator.faults, ...watched(await site.connect(site.user('admin'))) };
}

async function selfHosted() {
  const site = await startSimulatedDataCenter();
  closing.push(() => site.close());
  return { faults: site.simulator.faults, ...watched(await site.connect(site.byToken('admin'))) };
}

const everything = {
  textAs: 'markdown',
  comment: { text: '**seen**', visibility: { type: 'role', value: 'Developers' } },
  watchers: ['dana@tieline-demo.example'],
  links: [{ type: 'is blocked by', issue: 'MYT-5' }],
  attachments: [{ name: 'log.txt', text: 'all well' }],
};

const fields = [
  { name: 'Summary', value: 'Rotate the keys' },
  { name: 'Description', value: '- one\n- two' },
  { name: 'Priority', value: 'High' },
  { name: 'Labels', value: 'a, b' },
  { name: 'Fix versions', value: '2.4' },
  { name: 'Go-live day', value: '2026-12-01' },
  { name: 'Region', value: 'Europe > France' },
  { name: 'Platforms', value: ['Web', 'iOS'] },
  { name: 'Approver', value: 'Dana Developer' },
  { name: 'Sprint', value: 2 },
];

const editions = [
  { name: 'Jira Cloud', open: onCloud, contract: { listUnknownParameters, validateRequest } },
  { name: 'a self-hosted Jira', open: selfHosted, contract: dataCenterContract },
];

it.each(editions)('what the actions ask of $name is described', async ({ open, contract }) => {
  const { connection, sent, faults } = await open();
  const context: ActionContext<JiraSettings> = {
    connection,
    metadata: keptMetadata(createJiraClient(connection).metadata),
    key: 'step',
    attempt: 1,
    startedAt: new Date(),
    say: () => undefined,
    now: () => new Date(),
    signal: new AbortController().signal,
  };
  const again = { ...context, attempt: 2 };
  const results: ActionResult[] = [];
  const create = createIssueAction({ pausesMs: [0], morePausesMs: [0] });
  const created = createIssueInput.parse({ project: 'MYT', issueType: 'Task', fields, ...everything });
  faults.add({ match: { method: 'POST', path: /\/issue$/ }, times: 1, answer: 'apply-then-drop' });
  results.push(await create.run(created, context), await create.run(created, again));
  const moved = updateIssueInput.parse({
    issues: ['OPS-1'],
    ...everything,
    fields: [{ name: 'Resolution', value: 'Done' }],
    labels: { add: ['x'] },
    transitionTo: { status: 'Done' },
  });
  results.push(await updateIssueAction.run(moved, context), await updateIssueAction.run(moved, again));
  expect(results.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);

  const about = sent.filter(({ url }) => url.includes('/rest/api/'));
  expect(about.length).toBeGreaterThan(30);
  for (const { method, url, json, body } of about) {
    const path = new URL(url, 'http://any').pathname;
    // "Get transitions" of Data Center tells of it in its words, and not among its parameters.
    const unlisted = path.endsWith('/transitions') ? ['expand'] : [];
    const unknown = contract.listUnknownParameters(method, url).filter((name) => !unlisted.includes(name));
    expect(unknown, `${method} ${url}`).toEqual([]);
    // A file is no JSON.
    if (body !== undefined) continue;
    const asSent: unknown = json === undefined ? undefined : JSON.parse(JSON.stringify(json));
    expect(
      contract.validateRequest(method, path, asSent),
      `${method} ${url} ${JSON.stringify(json)}`,
    ).toEqual([]);
  }
});
