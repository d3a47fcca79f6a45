import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { v7 as uuid } from 'uuid';
import type { Database } from '../../../database/index.ts';
import { TielineError } from '../../../kit/errors.ts';
import { type Change, hashToken, looksLikeToken, makeToken } from '../../access/index.ts';
import type { Link } from '../links/link-store.ts';

/** A code is redeemed within seconds; RFC 6749 §4.1.2 allows ten minutes. */
const codeLifeMs = 10 * 60_000;
/** The last use is written down at most this often. */
const lastUseEveryMs = 60_000;

/** As what a Jira is known that may read a link. */
export interface PanelApplication {
  linkId: string;
  clientId: string;
  callbackUrl: string;
  createdAt: Date;
}

/** A token of a Jira, never its text. */
export interface PanelToken {
  id: string;
  name: string;
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Why no token is given for a code, by GitHub's word. */
export type RedeemRefusal =
  | 'incorrect_client_credentials'
  | 'bad_verification_code'
  | 'redirect_uri_mismatch';

/** Stores applications, their codes and their tokens. */
export interface ApplicationStore {
  /** The secret is in the answer and nowhere else. @throws name-taken when the link has one already */
  create(
    change: Change,
    link: Link,
    callbackUrl: string,
  ): Promise<PanelApplication & { clientSecret: string }>;
  /** Removes it with every token. @throws resource-not-found */
  remove(change: Change, link: Link): Promise<void>;
  find(linkId: string): Promise<PanelApplication | undefined>;
  findByClient(clientId: string): Promise<PanelApplication | undefined>;
  list(): Promise<PanelApplication[]>;
  /** A code for a Jira that somebody lets in. */
  makeCode(change: Change, link: Link, redirectUrl: string): Promise<string>;
  /** The token for a code, once. */
  redeem(
    change: Change,
    given: { clientId: string; clientSecret: string; code: string; redirectUrl: string | undefined },
  ): Promise<{ token: string } | { refusal: RedeemRefusal }>;
  /** A token that somebody takes to Jira by hand. */
  makeToken(
    change: Change,
    link: Pick<Link, 'id' | 'scope'>,
    name: string,
  ): Promise<PanelToken & { token: string }>;
  listTokens(linkId: string): Promise<PanelToken[]>;
  /** @throws resource-not-found */
  revokeToken(change: Change, link: Link, id: string): Promise<void>;
  /** The link that a token opens. */
  findLinkOf(token: string, now: Date): Promise<string | undefined>;
}

const columns = sql`link_id as "linkId", client_id as "clientId", callback_url as "callbackUrl",
  created_at as "createdAt"`;
const tokenColumns = sql`id, name, hint, created_at as "createdAt", last_used_at as "lastUsedAt"`;

/** An application store on the database, which keeps hashes only. */
export function createApplicationStore({ kysely }: Database): ApplicationStore {
  const findWhere = async (where: ReturnType<typeof sql<boolean>>) =>
    (await sql<PanelApplication>`select ${columns} from panel_applications where ${where}`.execute(kysely))
      .rows;

  const store: ApplicationStore = {
    async create({ trx, note }, link, callbackUrl) {
      const clientId = `tieline-${randomBytes(12).toString('hex')}`;
      const secret = makeToken('panelToken');
      const made = await sql<PanelApplication>`
        insert into panel_applications (link_id, client_id, client_secret_hash, callback_url)
        values (${link.id}::uuid, ${clientId}, ${secret.hash}, ${callbackUrl})
        on conflict (link_id) do nothing returning ${columns}`.execute(trx);
      const [application] = made.rows;
      if (application === undefined) {
        throw new TielineError('name-taken', `The link "${link.name}" has an application for Jira already`, {
          hint: 'Delete it first; whatever reads with its tokens is locked out then.',
        });
      }
      await note({ action: 'panel.opened', ...of(link), details: { callbackUrl } });
      return { ...application, clientSecret: secret.text };
    },
    async remove({ trx, note }, link) {
      const gone =
        await sql`delete from panel_applications where link_id = ${link.id}::uuid returning 1`.execute(trx);
      if (gone.rows.length === 0) throw noApplication(link);
      await sql`delete from panel_tokens where link_id = ${link.id}::uuid`.execute(trx);
      await sql`delete from panel_hooks where link_id = ${link.id}::uuid`.execute(trx);
      await note({ action: 'panel.closed', ...of(link) });
    },
    find: async (linkId) => (await findWhere(sql`link_id = ${linkId}::uuid`))[0],
    findByClient: async (clientId) => (await findWhere(sql`client_id = ${clientId}`))[0],
    list: () => findWhere(sql`true`),
    async makeCode({ trx, note, now }, link, redirectUrl) {
      const code = randomBytes(32).toString('base64url');
      await sql`delete from panel_codes where expires_at < ${now}`.execute(trx);
      await sql`insert into panel_codes (hash, link_id, redirect_url, expires_at)
        values (${hashToken(code)}, ${link.id}::uuid, ${redirectUrl}, ${new Date(now.getTime() + codeLifeMs)})`.execute(
        trx,
      );
      await note({ action: 'panel.allowed', ...of(link), details: { jira: new URL(redirectUrl).origin } });
      return code;
    },
    async redeem(change, { clientId, clientSecret, code, redirectUrl }) {
      const { trx, now } = change;
      const known = await sql<{ id: string; scope: string }>`
        select links.id, scope from panel_applications join links on links.id = link_id
        where client_id = ${clientId} and client_secret_hash = ${hashToken(clientSecret)}`.execute(trx);
      const [link] = known.rows;
      if (link === undefined) return { refusal: 'incorrect_client_credentials' };
      const redeemed = await sql<{ redirectUrl: string }>`
        delete from panel_codes where hash = ${hashToken(code)} and link_id = ${link.id}::uuid and expires_at > ${now}
        returning redirect_url as "redirectUrl"`.execute(trx);
      const [row] = redeemed.rows;
      if (row === undefined) return { refusal: 'bad_verification_code' };
      // Jira leaves it out, and then GitHub does not compare it.
      if (redirectUrl !== undefined && redirectUrl !== row.redirectUrl)
        return { refusal: 'redirect_uri_mismatch' };
      const { token } = await store.makeToken(change, link, `Jira at ${new URL(row.redirectUrl).host}`);
      return { token };
    },
    async makeToken({ trx, note }, link, name) {
      const { text, hash, hint } = makeToken('panelToken');
      const made = await sql<PanelToken>`
        insert into panel_tokens (id, link_id, name, hash, hint)
        values (${uuid()}, ${link.id}::uuid, ${name}, ${hash}, ${hint}) returning ${tokenColumns}`.execute(
        trx,
      );
      const [token] = made.rows;
      if (token === undefined) throw new TypeError('an insert gave no row');
      await note({
        action: 'panel-token.created',
        scope: link.scope,
        subject: { kind: 'panel-token', id: token.id, name },
        details: { linkId: link.id },
      });
      return { ...token, token: text };
    },
    async listTokens(linkId) {
      const found = await sql<PanelToken>`
        select ${tokenColumns} from panel_tokens where link_id = ${linkId}::uuid order by id`.execute(kysely);
      return found.rows;
    },
    async revokeToken({ trx, note }, link, id) {
      const gone = await sql<PanelToken>`
        delete from panel_tokens where id = ${id}::uuid and link_id = ${link.id}::uuid
        returning ${tokenColumns}`.execute(trx);
      const [token] = gone.rows;
      if (token === undefined) {
        throw new TielineError('resource-not-found', `The link "${link.name}" has no token ${id}`);
      }
      await note({
        action: 'panel-token.revoked',
        scope: link.scope,
        subject: { kind: 'panel-token', id, name: token.name },
        details: { linkId: link.id },
      });
    },
    async findLinkOf(token, now) {
      if (!looksLikeToken(token, 'panelToken')) return undefined;
      const found = await sql<{ id: string; linkId: string; lastUsedAt: Date | null }>`
        select id, link_id as "linkId", last_used_at as "lastUsedAt" from panel_tokens
        where hash = ${hashToken(token)}`.execute(kysely);
      const [row] = found.rows;
      if (row === undefined) return undefined;
      if ((row.lastUsedAt?.getTime() ?? 0) + lastUseEveryMs < now.getTime()) {
        await sql`update panel_tokens set last_used_at = ${now} where id = ${row.id}::uuid`.execute(kysely);
      }
      return row.linkId;
    },
  };
  return store;
}

const of = ({ id, name, scope }: Link) => ({ scope, subject: { kind: 'link', id, name } });

export const noApplication = ({ name }: Link): TielineError =>
  new TielineError('resource-not-found', `The link "${name}" has no application for Jira`);
