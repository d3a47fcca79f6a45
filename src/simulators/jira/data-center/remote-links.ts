import { z } from 'zod';

const name = z.string().max(255).nullish();
const address = z.string().refine((text) => URL.canParse(text), 'is not a valid URL');
const icon = z.strictObject({
  url16x16: address.nullish(),
  title: z.string().nullish(),
  link: address.nullish(),
});

/**
 * The body of "Create or update remote issue link". Jira's beans take no unknown field. Lengths and what is required
 * are those of "Using fields in remote issue links", which the API description leaves out.
 */
export const remoteLinkSchema = z.strictObject({
  globalId: name,
  application: z.strictObject({ type: name, name }).nullish(),
  relationship: name,
  object: z.strictObject({
    url: z.string().min(1, 'is required').pipe(address),
    title: z.string().min(1, 'is required').max(255),
    summary: z.string().nullish(),
    icon: icon.nullish(),
    status: z.strictObject({ resolved: z.boolean().nullish(), icon: icon.nullish() }).nullish(),
  }),
});

export type RemoteLinkData = z.output<typeof remoteLinkSchema>;
type IconData = z.output<typeof icon>;

/** A link as an issue holds it. */
export interface RemoteLink extends RemoteLinkData {
  id: number;
}

/** The links of every issue, by the issue's id. */
export interface RemoteLinks {
  of(issueId: string): RemoteLink[];
  /** Changes the link with this global id, the whole of it, or makes one. */
  put(issueId: string, data: RemoteLinkData): { link: RemoteLink; isNew: boolean };
  /** False when the issue has no such link. */
  replace(issueId: string, id: number, data: RemoteLinkData): boolean;
  remove(issueId: string, id: number): void;
}

/** No links yet. */
export function createRemoteLinks(): RemoteLinks {
  const byIssue = new Map<string, RemoteLink[]>();
  let nextId = 10_000;
  const of = (issueId: string) => byIssue.get(issueId) ?? [];
  function replace(issueId: string, id: number, data: RemoteLinkData) {
    byIssue.set(
      issueId,
      of(issueId).map((one) => (one.id === id ? { ...data, id } : one)),
    );
    return of(issueId).some((one) => one.id === id);
  }
  return {
    of,
    put(issueId, data) {
      const known = data.globalId ? of(issueId).find((one) => one.globalId === data.globalId) : undefined;
      const link = { ...data, id: known?.id ?? nextId++ };
      if (known === undefined) byIssue.set(issueId, [...of(issueId), link]);
      else replace(issueId, known.id, data);
      return { link, isNew: known === undefined };
    },
    replace,
    remove(issueId, id) {
      byIssue.set(
        issueId,
        of(issueId).filter((one) => one.id !== id),
      );
    },
  };
}

const present = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));

const showIcon = (given: IconData | null | undefined) =>
  present({ url16x16: given?.url16x16, title: given?.title, link: given?.link });

/** A link as Jira shows it: what was left out is not there, but icon, status and application always are. */
export function showRemoteLink(
  self: string,
  { id, globalId, application, relationship, object }: RemoteLink,
) {
  const { url, title, summary, icon: ownIcon, status } = object;
  return {
    id,
    self: `${self}/${id}`,
    ...present({ globalId, relationship }),
    application: present({ type: application?.type, name: application?.name }),
    object: {
      ...present({ url, title, summary }),
      icon: showIcon(ownIcon),
      status: { ...present({ resolved: status?.resolved }), icon: showIcon(status?.icon) },
    },
  };
}
