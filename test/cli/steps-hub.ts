import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startJiraSimulator } from '../../src/simulators/jira/index.ts';
import { freePort } from '../free-port.ts';
import { startTestHubWithJira, type TestHubWithJira } from '../hub.ts';
import { type CommandEnd, runTieline } from './run.ts';

const program = fileURLToPath(new URL('../../bin/tieline.cjs', import.meta.url));

/** A command that is still running. */
export interface RunningCommand {
  /** Resolves once its output or its notes match. */
  says(what: RegExp): Promise<RegExpExecArray>;
  interrupt(): void;
  ended: Promise<CommandEnd>;
}

/** What a person does in Jira, as the administrator of the site. */
export interface Person {
  // biome-ignore lint/suspicious/noExplicitAny: a test says of the answer what it expects
  call(method: string, path: string, body?: object): Promise<any>;
  /** Takes an issue through the transition of a name. */
  transition(key: string, name: string, fields?: object): Promise<void>;
}

/**
 * A hub that Jira's webhooks reach, a simulated Jira Cloud and a self-hosted one, and the connections account.jira and
 * account.self-hosted to them.
 */
export interface StepsHub {
  hub: TestHubWithJira;
  tieline(words: string[], options?: { env?: Record<string, string>; input?: string }): Promise<CommandEnd>;
  start(words: string[]): RunningCommand;
  cloud: Person;
  selfHosted: Person;
  close(): Promise<void>;
}

const passwordCost = { N: 1_024, r: 8, p: 1 };

/** Starts them. */
export async function startStepsHub(): Promise<StepsHub> {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const hub = await startTestHubWithJira({ signIn: { local: true, publicUrl, passwordCost } });
  await hub.serve(port);
  const selfHosted = await startJiraSimulator({ edition: 'data-center' });
  const [admin] = selfHosted.accounts;
  const [ada] = hub.simulator.accounts;
  const token = { secret: 'account.self-hosted-token' };
  const made = [
    await hub.call('POST', '/api/v1/connections', {
      name: 'jira',
      connector: 'jira',
      settings: await hub.jiraSettings(),
    }),
    await hub.call('POST', '/api/v1/secrets', {
      name: 'self-hosted-token',
      value: admin?.personalAccessToken,
    }),
    await hub.call('POST', '/api/v1/connections', {
      name: 'self-hosted',
      connector: 'jira',
      settings: {
        baseUrl: selfHosted.siteUrl,
        platform: { type: 'personal-access-token', token },
        allowAddresses: ['127.0.0.1/32'],
      },
    }),
  ];
  for (const { status, text } of made) if (status !== 201) throw new Error(text);
  const env = { TIELINE_URL: publicUrl, TIELINE_TOKEN: hub.token };
  const children = new Set<ReturnType<typeof spawn>>();
  const basic = Buffer.from(`${ada?.email}:${ada?.apiToken}`).toString('base64');

  return {
    hub,
    cloud: personAt(hub.simulator.siteUrl, `Basic ${basic}`),
    selfHosted: personAt(selfHosted.siteUrl, `Bearer ${admin?.personalAccessToken}`),
    tieline: (words, options = {}) => runTieline(words, { ...options, env: { ...env, ...options.env } }),
    start(words) {
      const child = spawn(process.execPath, [program, ...words], {
        env: { PATH: process.env.PATH, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      const end: CommandEnd = { code: null, output: '', notes: '' };
      child.stdout.on('data', (chunk) => {
        end.output += chunk;
      });
      child.stderr.on('data', (chunk) => {
        end.notes += chunk;
      });
      const ended = once(child, 'close').then(([code]) => ({ ...end, code }));
      return {
        ended,
        interrupt: () => void child.kill('SIGINT'),
        async says(what) {
          for (;;) {
            const found = what.exec(end.output) ?? what.exec(end.notes);
            if (found !== null) return found;
            const more = [once(child.stdout, 'data'), once(child.stderr, 'data'), once(child, 'close')];
            await Promise.race(more);
            if (child.exitCode !== null && what.exec(end.output + end.notes) === null) {
              throw new Error(`it ended without ${what}:\n${end.output}${end.notes}`);
            }
          }
        },
      };
    },
    async close() {
      for (const child of children) child.kill('SIGKILL');
      await hub.close();
      await selfHosted.close();
    },
  };
}

function personAt(siteUrl: string, authorization: string): Person {
  const call: Person['call'] = async (method, path, body) => {
    const answer = await fetch(`${siteUrl}/rest/api/2${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    call,
    async transition(key, name, fields = {}) {
      const { transitions } = await call('GET', `/issue/${key}/transitions`);
      const { id } = transitions.find((one: { name: string }) => one.name === name);
      await call('POST', `/issue/${key}/transitions`, { transition: { id }, fields });
    },
  };
}
