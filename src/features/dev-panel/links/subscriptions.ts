import { asTielineError, TielineError } from '../../../kit/errors.ts';
import type { CodeHosts } from '../code-hosts.ts';
import type { Link, LinkScope, LinkStore } from './link-store.ts';

/** The address to which a host sends the events of a link. */
export const hookUrl = (publicUrl: string, { hookId }: Pick<Link, 'hookId'>): string =>
  `${publicUrl}/hooks/${hookId}`;

/** Registers and removes the webhooks of links. */
export interface Subscriptions {
  /** Registers those that are not there. What stands in the way is kept on the scope, not thrown. */
  register(link: Link): Promise<Link>;
  /** Removes what was registered for some of a link's scopes. @throws as a request does */
  remove(link: Link, scopes: LinkScope[]): Promise<void>;
}

/** Webhooks by the code hosts' connections. */
export function createSubscriptions(options: {
  links: LinkStore;
  codeHosts: CodeHosts;
  publicUrl: string | undefined;
}): Subscriptions {
  const { links, codeHosts, publicUrl } = options;

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
    const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
    const secret = await links.secretOf(link);
    return codeHost.subscribe(connection, path, { url: hookUrl(publicUrl, link), secret });
  };

  return {
    async register(link) {
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
      return links.get(link.id);
    },
    async remove(link, scopes) {
      const registered = scopes.filter(({ subscription }) => subscription !== null);
      if (registered.length === 0) return;
      const { codeHost, connection } = await codeHosts.open(link.hostConnectionId);
      for (const { path, subscription } of registered) {
        if (subscription !== null) await codeHost.unsubscribe(connection, path, subscription);
        await links.keepSubscription(link.id, { path, subscription: null, problem: null });
      }
    },
  };
}

/** An error as it is kept and shown. */
export const problemOf = ({ code, message, hint }: TielineError) => ({ code, message, hint });
