import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runTieline } from './run.ts';

const program = fileURLToPath(new URL('../../bin/tieline.cjs', import.meta.url));
const id = '01a2023b-5a66-77dd-a142-e91c8d1ad7eb';

const run = (state: string, steps: object[] = []) => ({
  id,
  name: 'Release',
  kind: 'pipeline',
  scope: 'account',
  state,
  createdAt: '2026-11-20T10:00:00Z',
  createdBy: { name: 'ada' },
  startedAt: '2026-11-20T10:00:00Z',
  endedAt: null,
  rerunOf: null,
  notices: [],
  skipped: [],
  steps,
});

const line = (number: number, words: string) =>
  `id: ${number}\nevent: log\ndata: ${JSON.stringify({ at: '2026-11-20T10:00:01Z', step: 'approve', line: words })}\n\n`;

/** What a hub answers, so that each moment of a watch can be chosen; the n-th time that the log is asked for. */
async function startStandIn(
  state: string,
  log: (response: ServerResponse, request: IncomingMessage, time: number) => void,
) {
  const asked: string[] = [];
  let logs = 0;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['last-event-id'] ?? ''}`.trim());
    if (request.url?.endsWith('/log')) {
      logs += 1;
      log(response, request, logs);
    } else {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(run(state, [])));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { asked, env: { TIELINE_URL: `http://127.0.0.1:${port}`, TIELINE_TOKEN: 'tieline_at_x' } };
}

it('a watch goes on where it was when the hub restarts, and tells each line once', async () => {
  const { asked, env } = await startStandIn('succeeded', (response, _request, time) => {
    response.writeHead(time === 2 ? 502 : 200, {
      'content-type': time === 2 ? 'text/html' : 'text/event-stream',
    });
    if (time === 1) response.write(`${line(1, 'began')}${line(2, 'waits')}`, () => response.destroy());
    else if (time === 2) response.end('<h1>Bad gateway</h1>');
    else
      response.end(
        `: still here\n\n${line(3, 'approved')}event: end\ndata: ${JSON.stringify(run('succeeded'))}\n\n`,
      );
  });
  const end = await runTieline(['runs', 'watch', id], { env });
  expect(end.output).toBe(
    '10:00:01 approve: began\n10:00:01 approve: waits\n10:00:01 approve: approved\nRelease: succeeded\n',
  );
  expect(end.notes).toContain('trying again');
  expect(end.code).toBe(0);
  expect(asked).toEqual([
    `GET /api/v1/runs/${id}/log`,
    `GET /api/v1/runs/${id}/log 2`,
    `GET /api/v1/runs/${id}/log 2`,
  ]);
});

it.each([
  ['succeeded', 0],
  ['failed', 3],
  ['rejected', 5],
  ['expired', 6],
  ['aborted', 7],
])('a run that is %s ends the command with %i', async (state, code) => {
  const { env } = await startStandIn(state, (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`event: end\ndata: ${JSON.stringify(run(state))}\n\n`);
  });
  expect(await runTieline(['runs', 'watch', id], { env })).toMatchObject({ code });
});

it.each([
  ['leaves the run going, and says how to come back', [], 130, `tieline runs watch ${id}`, false],
  ['ends the run too when that was asked for', ['--abort-on-interrupt'], 7, `Aborted ${id}`, true],
])('Ctrl-C %s', async (_title, options, code, told, cancelled) => {
  const { asked, env } = await startStandIn('aborted', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(line(1, 'waits'));
  });
  const child = spawn(process.execPath, [program, 'runs', 'watch', id, ...options], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const notes = text(child.stderr);
  // Once it has told the line, it is watching.
  await once(child.stdout, 'data');
  child.stdout.resume();
  child.kill('SIGINT');
  const [exitCode] = await once(child, 'close');
  expect(await notes).toContain(told);
  expect(exitCode).toBe(code);
  expect(asked.includes(`POST /api/v1/runs/${id}/cancel`)).toBe(cancelled);
});

it('says what the hub says of a run that is not there', async () => {
  const { env } = await startStandIn('running', (response) => {
    response.writeHead(404, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ code: 'resource-not-found', detail: `There is no run ${id}` }));
  });
  const end = await runTieline(['runs', 'watch', id], { env });
  expect(end.notes).toContain(`There is no run ${id}`);
  expect(end.code).toBe(1);
});
