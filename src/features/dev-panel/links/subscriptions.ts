import type { Database } from '../../../database/index.ts';
import { errorCatalogue } from '../../../kit/error-catalogue.ts';
import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { CodeHosts, OpenedHost } from '../code-hosts.ts';
import { awaitTurn, takeTurn } from '../turn.ts';
import { disconnecting, type Link, type LinkScope, type LinkStore } from './link-store.ts';

/** The address to which a host sends the events of a link. */
export const hookUrl = (publicUrl: string, { hookId }: Pick<Link, 'hookId'>): string =>
  `${publicUrl}/hooks/${hookId}`;

/** A webhook of a scope that has left its link. */
export interface LeftWebhook {
  linkId: string;
  hostConnectionId: string;
  path: string;
  subscription: string;
}

/** Registers and removes the webhooks of links: of one link one after the other, on whatever replica. */
export interface Subscriptions {
  /**
   * Registers those that are not there. What stands in the way is kept on the scope, not thrown.
   * @throws resource-not-found
   */
  register(link: Pick<Link, 'id'>): Promise<Link>;
  /**
   * Removes those of a link that is being disconnected, as many as can be; what stands in the way of others is kept on
   * their scopes. @throws as a request does
   */
  removeAll(link: Pick<Link, 'id'>): Promise<void>;
  /** Removes one, unless the link covers its scope again; the answer is whether it did. @throws as a request does */
  removeLeft(webhook: LeftWebhook): Promise<boolean>;
  /** Registers those that a hub which was killed has left out, and now and then those that a passing failure stopped. */
  tend(): Promise<void>;
}

/** A host that was away is asked again so often. */
const retryEveryMs = 5 * 60_000;

/** Codes of what may go away by itself, and of which nobody knows what it has done. */
const passing = Object.entries(errorCatalogue).flatMap(([code, { retry }]) =>
  retry === 'soon' ? [code] : [],
);

/** Whether there is a webhook at the host, as far as anybody knows: it may have been made and its answer lost. */
const mayBeRegistered = ({ subscription, problem }: LinkScope): boolean =>
  subscription !== null || problem === null || passing.includes(problem.code);

/** What no later try mends. */
export const isLasting = ({ retry }: TielineError): boolean => retry === 'never' || retry === 'once-repaired';

/** Webhooks by the code hosts' connections. */
export function createSubscriptions(options: {
  database: Database;
  links: LinkStore;
  codeHosts: CodeHosts;
  publicUrl: string | undefined;
  now(): Date;
}): Subscriptions {
  const { database, links, codeHosts, publicUrl, now } = options;
  let retryAtMs = 0;

  const subscribe = async (link: Link, path: string): Promise<string> => {
    if (publicUrl === undefined) {
      throw new TielineError(
        'public-url-missing',
        'The hub does not know the address under which hosts reach it',
        {
          hint: 'Set TIELINE_PUBLIC_URL and register again. Until then nothing but the regular look finds changes.',
        },
      );
    }
    const host = await codeHosts.open(link.hostConnectionId);
    const hook = { url: hookUrl(publicUrl, link), secret: await links.secretOf(link) };
    return host.codeHost.subscribe(host.connection, path, hook).catch(async (thrown: unknown) => {
      const error = asTielineError(thrown);
      if (error.code !== 'remote-forbidden') throw error;
      // The host says that something is missing; its connector knows what.
      throw await explainRefusal(host, path, error);
    });
  };

  const registerMissing = async (id: string): Promise<void> => {
    const link = await links.get(id);
    if (link.disconnectingSince !== null) return;
    for (const { path, subscription } of link.scopes) {
      if (subscription !== null) continue;
      const made = await subscribe(link, path).catch(asTielineError);
      await links.keepSubscription(
        link.id,
        made instanceof TielineError
          ? { path, subscription: null, problem: problemOf(made) }
          : { path, subscription: made, problem: null },
      );
    }
  };

  const removeOf = async (link: Link, { path, subscription }: LinkScope): Promise<void> => {
    // Of one whose answer was lost the id is not known: registering it once more takes it over.
    const known = subscription ?? (await subscribe(link, path));
    const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
    await codeHost.unsubscribe(connection, path, known);
    await links.keepSubscription(link.id, {
      path,
      subscription: null,
      problem: problemOf(disconnecting(link)),
    });
  };

  const turnOf = (id: string): string => `webhooks ${id}`;

  return {
    async register({ id }) {
      await awaitTurn(database, turnOf(id), () => registerMissing(id));
      return links.get(id);
    },
    async removeAll({ id }) {
      await awaitTurn(database, turnOf(id), async () => {
        const link = await links.get(id);
        const errors: TielineError[] = [];
        for (const scope of link.scopes.filter(mayBeRegistered)) {
          await removeOf(link, scope).catch(async (thrown: unknown) => {
            const error = asTielineError(thrown);
            errors.push(error);
            await links.keepSubscription(id, { ...scope, problem: problemOf(error) });
          });
        }
        // What may still go away is waited for; it stands before what never will.
        const [worst] = errors.toSorted((one, other) => Number(isLasting(one)) - Number(isLasting(other)));
        if (worst !== undefined) throw worst;
      });
    },
    async removeLeft({ linkId, hostConnectionId, path, subscription }) {
      let removed = false;
      await awaitTurn(database, turnOf(linkId), async () => {
        const link = await links.find(linkId);
        if (link?.scopes.some((covered) => covered.path === path)) return;
        const { codeHost, connection } = await codeHosts.open(hostConnectionId);
        await codeHost.unsubscribe(connection, path, subscription);
        removed = true;
      });
      return removed;
    },
    async tend() {
      const retries = now().getTime() >= retryAtMs;
      if (retries) retryAtMs = now().getTime() + retryEveryMs;
      for (const { id } of await links.listUnregistered(retries ? passing : [])) {
        await takeTurn(database, turnOf(id), () => registerMissing(id));
      }
    },
  };
}

/** What the token lacks, or at least what it needs: some hosts let more people see webhooks than make them. */
async function explainRefusal(
  { codeHost, connection }: OpenedHost,
  path: string,
  refusal: TielineError,
): Promise<TielineError> {
  const needed = (await codeHost.checkRights(connection, path)).filter(
    ({ neededFor }) => neededFor === 'webhooks',
  );
  const missing = needed.filter(({ state }) => state === 'missing').map(({ message }) => message);
  if (needed.length === 0) return refusal;
  const rights = needed.map(({ right }) => right).join(', ');
  return new TielineError(
    'link-rights-missing',
    missing.join('; ') || `The host registers no webhook of ${path} for the token: it takes ${rights}`,
    { cause: refusal },
  );
}

/** An error as it is kept and shown. */
export const problemOf = ({ code, message, hint }: TielineError) => ({ code, message, hint });
