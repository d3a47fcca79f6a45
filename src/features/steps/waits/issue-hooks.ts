import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { Log } from '../../../kit/log.ts';
import type { JiraClients } from '../../connections/index.ts';
import type { WaitStore } from './wait-store.ts';
import type { Watch, WatchStore } from './watch-store.ts';

/** Says to the runs that have not heard it that Jira sends no webhooks. */
export async function tellWithoutHooks(
  { waits, note }: { waits: WaitStore; note(stepIds: string[], line: string): Promise<void> },
  connectionId: string,
  problem: string,
): Promise<void> {
  const untold = await waits.takeUntold(connectionId);
  const line = `Jira sends no webhooks to the hub (${problem}), so changes are found by looking at each interval.`;
  if (untold.length > 0) await note(untold, line);
}

/**
 * Has Jira tell of changes while anything waits: the webhook is registered when the first wait comes, and removed a day
 * after the last one has gone.
 */
export function createIssueHooks(options: {
  waits: WaitStore;
  watches: WatchStore;
  jiraClients: JiraClients;
  publicUrl: string | undefined;
  log: Log;
  now(): Date;
  note(stepIds: string[], line: string): Promise<void>;
}): { tend(): Promise<void> } {
  const { waits, watches, jiraClients, publicUrl, log, now, note } = options;

  const register = async (watch: Watch): Promise<void> => {
    const { webhooks } = await jiraClients.get(watch.connectionId);
    await watches.keepSignature(watch, await webhooks.signature());
    const registration = await webhooks.register({
      name: 'Tieline: issues that steps wait for',
      url: `${publicUrl}/hooks/jira/${watch.hookId}`,
      secret: await watches.secretOf(watch),
    });
    await watches.keepRegistration(watch, { registration, hookProblem: null });
    // The hub has got another address.
    const former = watch.registration;
    if (former !== null && former !== registration) await webhooks.unregister(former);
  };
  const remove = async (watch: Watch): Promise<void> => {
    const { registration, connectionId } = watch;
    if (registration !== null) await (await jiraClients.get(connectionId)).webhooks.unregister(registration);
    await watches.remove(watch);
  };
  const keepProblem = async (watch: Watch, error: TielineError): Promise<void> => {
    const { code, message, hint } = error;
    // It is there, as far as is known; whether it still is, is asked again.
    if (watch.registration !== null) return;
    await watches.keepRegistration(watch, { registration: null, hookProblem: { code, message, hint } });
    if (watch.hookProblem?.code === code) return;
    log.info(
      { connection: watch.connectionId, code, reason: message },
      'Jira sends no webhooks; it is polled',
    );
    await tellWithoutHooks({ waits, note }, watch.connectionId, message);
  };

  return {
    async tend() {
      if (publicUrl === undefined) return;
      for (;;) {
        const taken = await watches.takeTask(now());
        if (taken === undefined) return;
        const done = await (taken.task === 'register' ? register(taken) : remove(taken)).catch(
          asTielineError,
        );
        if (done instanceof TielineError) await keepProblem(taken, done);
      }
    },
  };
}
