import { sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../../../database/index.ts';
import { asTielineError } from '../../../kit/errors.ts';
import type { JiraClient } from '../../../kit/jira.ts';
import type { Sendable, SendOutcome, TopicHandler } from '../../../work/index.ts';
import type { JiraClients } from '../../connections/index.ts';
import type { LinkStore } from '../links/link-store.ts';
import { getAuthor, refused } from './author.ts';
import { type SmartCommitBody, smartCommitTopic } from './take-smart-commits.ts';
import { getTransition } from './transition.ts';

const commandsATurn = 20;

/** What was about to be done when a try began: by it the next one sees whether it took effect. */
const plan = z.object({ transitionId: z.string(), toStatus: z.string() });

interface Remembered {
  state: 'waiting' | 'trying' | 'done' | 'refused';
  plan: unknown;
}

/** Where a command stands; the mark "trying" is there before Jira is asked for anything. */
interface Progress {
  find(): Promise<Remembered | undefined>;
  mark(state: Remembered['state'], about?: z.output<typeof plan>): Promise<void>;
}

/**
 * Carries out the commands of commit messages, as the connection's account, in the author's name. Each takes effect once:
 * a try that may have been cut off is looked for in Jira before the next.
 */
export function smartCommitHandler(options: {
  database: Database;
  links: LinkStore;
  jiraClients: JiraClients;
}): TopicHandler {
  const { database, links, jiraClients } = options;

  const handle = async (delivery: Sendable): Promise<SendOutcome> => {
    const body: SmartCommitBody = JSON.parse(delivery.body);
    const link = await links.find(body.linkId);
    if (link === undefined || link.disconnectingSince !== null) return skipped('the link was disconnected');
    const client = await jiraClients.get(delivery.connectionId);
    if (link.smartCommits === 'auto' && (await client.identify()).edition === 'cloud') {
      return skipped(
        'Jira Cloud carries out smart commits itself; set smartCommits to "on" if yours does not',
      );
    }
    const progress = progressOf(database, body);
    const known = await progress.find();
    if (known?.state === 'done') return skipped('it was carried out before');
    try {
      const { displayName } = await getAuthor(client.metadata, body.author);
      const words = `${displayName} (commit ${body.sha.slice(0, 10)} in ${body.repository})`;
      await carryOut[body.command.kind]({ client, body, words, progress, known });
      await progress.mark('done');
      return { state: 'delivered', answer: answerOf(body, 'carried-out') };
    } catch (thrown) {
      const error = asTielineError(thrown);
      if (error.retry !== 'never') throw error;
      await progress.mark('refused');
      const outcome = error.code === 'resource-not-found' ? 'unknown' : 'rejected';
      return { state: 'rejected', answer: answerOf(body, outcome, error.message), error };
    }
  };

  return {
    topic: smartCommitTopic,
    limit: commandsATurn,
    async send(deliveries) {
      const outcomes: SendOutcome[] = [];
      for (const delivery of deliveries) {
        outcomes.push(
          await handle(delivery).catch(
            (thrown: unknown): SendOutcome => ({ state: 'failed', error: asTielineError(thrown) }),
          ),
        );
      }
      return { outcomes, requests: [] };
    },
  };
}

interface Command {
  client: JiraClient;
  body: SmartCommitBody;
  /** Who and which commit, to stand before what is said. */
  words: string;
  progress: Progress;
  known: Remembered | undefined;
}

/** What each kind of command does. */
const carryOut: Record<SmartCommitBody['command']['kind'], (command: Command) => Promise<void>> = {
  async comment(command) {
    const { text } = command.body.command;
    if (text === '') throw refused('#comment says nothing');
    await say(command, text);
  },
  async time({ client, body, words, progress, known }) {
    const { command, issueKey, authoredAt } = body;
    const spent = command.kind === 'time' ? command.spent : '';
    if (spent === '') throw refused('#time names no time such as 1w 2d 4h 30m');
    const text = said(words, command.text);
    if (known?.state === 'trying' && (await client.issues.listWorklogTexts(issueKey)).includes(text)) return;
    await progress.mark('trying');
    await client.issues.addWorklog(issueKey, { spent, text, startedAt: new Date(authoredAt) });
  },
  async transition(command) {
    const { client, body, progress, known } = command;
    const { issueKey } = body;
    const name = body.command.kind === 'transition' ? body.command.name : '';
    const begun = known?.state === 'trying' ? plan.safeParse(known.plan).data : undefined;
    const isDone = begun !== undefined && (await client.issues.getStatus(issueKey)).id === begun.toStatus;
    if (!isDone) {
      const { id, toStatus } = getTransition(await client.metadata.transitions(issueKey), name, issueKey);
      await progress.mark('trying', { transitionId: id, toStatus: toStatus.id });
      await client.issues.transition(issueKey, id);
    }
    if (body.command.text !== '') await say(command, body.command.text);
  },
};

async function say({ client, body, words, progress, known }: Command, text: string): Promise<void> {
  const { issueKey } = body;
  const comment = said(words, text);
  if (known?.state === 'trying' && (await client.issues.listComments(issueKey)).includes(comment)) return;
  if (body.command.kind === 'comment') await progress.mark('trying');
  await client.issues.addComment(issueKey, comment);
}

const said = (words: string, text: string): string => (text === '' ? words : `${words}: ${text}`);

const skipped = (reason: string): SendOutcome => ({ state: 'skipped', answer: { reason } });

const answerOf = ({ issueKey }: SmartCommitBody, outcome: string, message?: string) => ({
  issues: [{ key: issueKey, outcome, ...(message === undefined ? {} : { message }) }],
});

function progressOf({ kysely }: Database, { linkId, sha, issueKey, position }: SmartCommitBody): Progress {
  const isThis = sql`link_id = ${linkId}::uuid and sha = ${sha} and issue_key = ${issueKey} and position = ${position}`;
  return {
    async find() {
      const found = await sql<Remembered>`select state, plan from smart_commands where ${isThis}`.execute(
        kysely,
      );
      return found.rows[0];
    },
    async mark(state, about) {
      await sql`update smart_commands set state = ${state},
        plan = coalesce(${about === undefined ? null : JSON.stringify(about)}::jsonb, plan) where ${isThis}`.execute(
        kysely,
      );
    },
  };
}
