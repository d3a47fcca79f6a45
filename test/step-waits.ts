import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createJiraClient } from '../src/connectors/jira/client.ts';
import { openConnection } from '../src/connectors/jira/fixtures/connection.ts';
import { type Database, openVault } from '../src/database/index.ts';
import { type Came, createWaits, type Waits } from '../src/features/steps/waits/waits.ts';
import { isSigned } from '../src/http/index.ts';
import type { Wait } from '../src/kit/action.ts';
import type { TielineError } from '../src/kit/errors.ts';
import type { JiraClient } from '../src/kit/jira.ts';
import { Secret } from '../src/kit/secret.ts';
import type { DataCenterSimulator } from '../src/simulators/jira/index.ts';
import { type JiraSimulator, startJiraSimulator } from '../src/simulators/jira/index.ts';
import { freePort } from './free-port.ts';

/** A step that was woken. */
export interface Woken extends Came {
  stepId: string;
}

/** One hub of several: looks, listens, and wakes steps that are nothing but their ids. */
export interface Replica {
  waits: Waits;
  woken: Woken[];
  /** What was said to the runs, with the steps that it was said to. */
  notes: { stepIds: string[]; line: string }[];
  /** Warnings and errors of its log. */
  warnings: string[];
  /** The ids that were looked at, look by look; `now`: whether as they are, or only those that changed. */
  looks: { ids: string[]; now: boolean }[];
  /** From here on waking this step takes until what it gives is called. */
  holdUp(stepId: string): () => void;
  /** From here on its connection cannot be opened. */
  lose(error: TielineError): void;
  /** From here on Jira does not answer it, until what it gives is called. */
  stall(): () => void;
  /** From here on it hears nothing of Jira and stores nothing, as if it were killed. */
  hang(): void;
  stop(): Promise<void>;
}

export interface WaitingOptions {
  database: Database;
  /** Cloud when absent. */
  version?: string;
  seed?: Parameters<typeof startJiraSimulator>[0]['seed'];
  /** Whose account the connection has, by the beginning of the e-mail address or the name. */
  user?: string;
  /** Without one no webhooks. */
  isPublic?: boolean;
  tickMs?: number;
}

/** Real waiting on a real database with a simulated Jira; the clock of both can be moved. */
export async function startWaiting(options: WaitingOptions) {
  const { database, version, user = 'admin', isPublic = false, tickMs = 10 } = options;
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const simulator: JiraSimulator | DataCenterSimulator = await (version === undefined
    ? startJiraSimulator({ edition: 'cloud', now, webhookRetryDelayMs: 10, seed: options.seed })
    : startJiraSimulator({ edition: 'data-center', version, now }));
  const vault = await openVault({ database, masterKey: new Secret(randomBytes(32).toString('base64')) });
  const connectionId = randomUUID();
  await database.pool.query(
    `insert into connections (id, scope, name, connector, settings, usage_scopes)
     values ($1, 'account', $2, 'jira', '{}', '{account}')`,
    [connectionId, `jira-${connectionId}`],
  );
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const closing: (() => Promise<void>)[] = [];

  const clientAs = async (who: string): Promise<JiraClient> => {
    const opened = await openConnection(settingsOf(simulator, who), now);
    closing.push(opened.close);
    return createJiraClient(opened.connection);
  };
  const person = await clientAs('dana');

  /** A hub begins to look, and to listen when it is the first. */
  const startReplica = async (): Promise<Replica> => {
    const client = await clientAs(user);
    let hanging: PromiseWithResolvers<void> | undefined;
    let stalled: PromiseWithResolvers<void> | undefined;
    let lost: TielineError | undefined;
    const heldUp = new Map<string, PromiseWithResolvers<void>>();
    const [woken, notes, warnings, looks]: [Woken[], Replica['notes'], string[], Replica['looks']] = [
      [],
      [],
      [],
      [],
    ];
    const say = (_fields: object, message: string) => void warnings.push(message);
    const ignore = () => undefined;
    const answer = async () => {
      await stalled?.promise;
      await hanging?.promise;
    };
    const issues: JiraClient['issues'] = {
      ...client.issues,
      async read(id, reading) {
        await answer();
        looks.push({ ids: [id], now: true });
        return client.issues.read(id, reading);
      },
      async look(look) {
        await answer();
        looks.push({ ids: look.ids, now: look.withinMs === undefined });
        return client.issues.look(look);
      },
    };
    const waits = createWaits({
      database: {
        ...database,
        async statement(name, statement) {
          await hanging?.promise;
          return database.statement(name, statement);
        },
      },
      vault,
      jiraClients: {
        async get() {
          if (lost !== undefined) throw lost;
          return { ...client, issues };
        },
      },
      isSigned,
      publicUrl: isPublic ? publicUrl : undefined,
      tickMs,
      log: { debug: ignore, info: ignore, warn: say, error: say },
      now,
      async wake(stepId, came) {
        woken.push({ stepId, ...came });
        await heldUp.get(stepId)?.promise;
        if (came.reason === 'deadline' || came.error !== undefined) await drop(waits, stepId);
      },
      async note(stepIds, line) {
        notes.push({ stepIds, line });
      },
    });
    const app = fastify({ forceCloseConnections: true });
    app.setValidatorCompiler(validatorCompiler);
    app.setSerializerCompiler(serializerCompiler);
    for (const routes of waits.routes()) await app.register(routes);
    const listens = closing.every(({ name }) => name !== 'stopListening');
    if (listens) await app.listen({ host: '127.0.0.1', port });
    const stopLooking = waits.start();
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stalled?.resolve();
      hanging?.resolve();
      stopping ??= app.close().then(stopLooking);
      return stopping;
    };
    closing.push(
      listens
        ? async function stopListening() {
            await stop();
          }
        : stop,
    );
    return {
      waits,
      woken,
      notes,
      warnings,
      looks,
      holdUp(stepId) {
        const held = Promise.withResolvers<void>();
        heldUp.set(stepId, held);
        return held.resolve;
      },
      lose(error) {
        lost = error;
      },
      stall() {
        const held = Promise.withResolvers<void>();
        stalled = held;
        return held.resolve;
      },
      hang() {
        hanging = Promise.withResolvers();
      },
      stop,
    };
  };
  const drop = (waits: Waits, stepId: string) =>
    database.transaction('drop', (trx) => waits.remove(trx, stepId));

  return {
    simulator,
    connectionId,
    now,
    startReplica,
    drop,
    /** Makes a step wait for an issue. Gives its id. */
    async put(
      waits: Waits,
      issueKey: string,
      more: Partial<Wait> & { deadline?: Date } = {},
    ): Promise<string> {
      const stepId = randomUUID();
      const { deadline = new Date(now().getTime() + 14 * 24 * 3_600_000), ...rest } = more;
      const issueId = simulator.state.findIssue(issueKey)?.id ?? '';
      const wait: Wait = { issueId, issueKey, everyMs: 60_000, fields: ['status'], state: null, ...rest };
      await database.transaction('put', (trx) => waits.put(trx, { stepId, connectionId, wait, deadline }));
      return stepId;
    },
    /** What Dana does in Jira. */
    async move(issueKey: string, to: string): Promise<void> {
      const found = (await person.metadata.transitions(issueKey)).find(
        ({ toStatus }) => toStatus.name === to,
      );
      await person.issues.transition(issueKey, found?.id ?? '');
    },
    /** What an administrator of Jira deletes, e.g. `/rest/api/2/issue/MYT-1`. */
    async remove(path: string): Promise<void> {
      const url = simulator.siteUrl + path;
      const answer = await fetch(url, { method: 'DELETE', headers: { authorization: adminOf(simulator) } });
      if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    },
    /** Lets time pass, for the hub and for Jira. */
    advance(ms: number): void {
      aheadMs += ms;
    },
    /** Resolves when nothing is due and nothing is being looked at. */
    async quiet(): Promise<void> {
      for (;;) {
        const { rows } = await database.pool.query(
          'select from step_waits where due_at <= $1 or (leased_until is not null and problem is null) limit 1',
          [now()],
        );
        if (rows.length === 0) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    /** Sends a webhook, as Jira does or as an impostor. */
    async hook(url: string, event: object, secret?: string, headers: Record<string, string> = {}) {
      const text = JSON.stringify(event);
      const signature = `sha256=${createHmac('sha256', secret ?? '')
        .update(text)
        .digest('hex')}`;
      const answer = await fetch(url, {
        method: 'POST',
        headers: { ...(secret !== undefined && { 'x-hub-signature': signature }), ...headers },
        body: text,
      });
      const body: Record<string, unknown> = JSON.parse(await answer.text());
      return { status: answer.status, body };
    },
    /** How many searches there were. */
    searches: () => simulator.state.requests.filter(({ path }) => path.includes('/search')).length,
    async close(): Promise<void> {
      for (const close of closing.toReversed()) await close();
      await simulator.close();
    },
  };
}

export type Waiting = Awaited<ReturnType<typeof startWaiting>>;

function settingsOf(simulator: JiraSimulator | DataCenterSimulator, user: string): object {
  if (simulator.edition === 'cloud') {
    const account = simulator.accounts.find(({ email }) => email.startsWith(user));
    const token = { secret: account?.apiToken };
    return {
      baseUrl: simulator.siteUrl,
      gatewayUrl: simulator.gatewayUrl,
      platform: { type: 'api-token', email: account?.email, token },
    };
  }
  const account = simulator.accounts.find(({ name }) => name === user);
  const token = { secret: account?.personalAccessToken };
  return { baseUrl: simulator.siteUrl, platform: { type: 'personal-access-token', token } };
}

function adminOf(simulator: JiraSimulator | DataCenterSimulator): string {
  if (simulator.edition === 'data-center') return `Bearer ${simulator.accounts[0]?.personalAccessToken}`;
  const [account] = simulator.accounts;
  return `Basic ${Buffer.from(`${account?.email}:${account?.apiToken}`).toString('base64')}`;
}
