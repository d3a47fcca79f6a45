import { Refusal, refuse } from '../answer.ts';
import type { Route, RouteRequest } from '../route.ts';
import type { World } from '../world.ts';
import { findAccount, getAccount } from './account.ts';
import type { Attachment } from './activity.ts';
import { noteHistory } from './change-issue.ts';
import { jiraTime } from './fields/plain-elements.ts';
import type { Issue } from './platform.ts';
import { getVisibleIssue, maySee } from './visibility.ts';

/** Jira's own limit for one file, unless an administrator changed it: 10 MB. */
const mostBytes = 10 * 1024 * 1024;

/** An attachment as the API shows it. */
export function showAttachment(world: World, api: string, attachment: Attachment) {
  const { id, filename, author, createdAt, content, mimeType } = attachment;
  const base = `${world.restBase()}/rest/api/${api}`;
  return {
    self: `${base}/attachment/${id}`,
    id: world.edition.name === 'cloud' ? id : String(id),
    filename,
    author: world.edition.showUser(world, api, author),
    created: jiraTime(createdAt),
    size: content.length,
    mimeType,
    content:
      world.edition.name === 'cloud'
        ? `${base}/attachment/content/${id}`
        : `${world.siteUrl()}/secure/attachment/${id}/${encodeURIComponent(filename)}`,
  };
}

interface Part {
  name: string;
  filename: string | undefined;
  type: string;
  content: Buffer;
}

/** The parts of a multipart body (RFC 7578); undefined when it is none. */
function readParts(request: RouteRequest): Part[] | undefined {
  const found = /^multipart\/form-data;.*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(
    request.headers['content-type'] ?? '',
  );
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) return undefined;
  const mark = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let at = request.body.indexOf(mark);
  while (at !== -1) {
    const start = at + mark.length + 2;
    const next = request.body.indexOf(mark, start);
    if (next === -1) break;
    // Each part ends with the line break that belongs to the boundary after it.
    const part = request.body.subarray(start, next - 2);
    const blank = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, blank).toString('utf8');
    const parameter = (name: string) => new RegExp(`[; ]${name}="([^"]*)"`, 'i').exec(head)?.[1];
    parts.push({
      name: parameter('name') ?? '',
      filename: parameter('filename'),
      type: /content-type: *([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream',
      content: part.subarray(blank + 4),
    });
    at = next;
  }
  return parts;
}

const xsrf = () => new Refusal({ status: 403, html: 'XSRF check failed' });

/** Files of issues: add by multipart, read, delete. */
export function attachmentRoutes(world: World): Route[] {
  function find(request: RouteRequest): { issue: Issue; attachment: Attachment } {
    const account = findAccount(world, request);
    const id = request.parameter('id');
    for (const issue of world.platform.listIssues()) {
      const attachment = issue.activity.attachments.find((one) => one.id === id);
      if (attachment !== undefined && maySee(world, account, issue.project)) return { issue, attachment };
    }
    throw refuse(404, `The attachment with id '${id}' does not exist`);
  }

  function add(api: string, request: RouteRequest) {
    const account = getAccount(world, request);
    const issue = getVisibleIssue(world, account, request.parameter('idOrKey'));
    if (request.headers['x-atlassian-token'] !== 'no-check') throw xsrf();
    if (!world.platform.may(account, 'CREATE_ATTACHMENTS', issue.project)) {
      throw refuse(403, 'You do not have permission to create attachments for this issue.');
    }
    const parts = readParts(request);
    if (parts === undefined) throw new Refusal({ status: 415 });
    const files = parts.filter((one) => one.name === 'file' && one.filename !== undefined);
    if (files.some((one) => one.content.length > mostBytes)) {
      throw refuse(413, `The attachment is too large; at most ${mostBytes} bytes are allowed.`);
    }
    const added = files.map(
      (one): Attachment => ({
        id: world.nextId(),
        author: account,
        filename: one.filename ?? '',
        mimeType: one.type,
        content: one.content,
        createdAt: world.now(),
      }),
    );
    world.platform.noteWrite(issue);
    issue.activity.attachments.push(...added);
    const items = added.map(({ id, filename }) => ({
      field: 'Attachment',
      fieldtype: 'jira' as const,
      fieldId: 'attachment',
      from: null,
      fromString: null,
      to: id,
      toString: filename,
    }));
    noteHistory(world, issue, account, items);
    for (const one of added) world.announce.attachment('created', issue, one, account);
    return added.map((one) => showAttachment(world, api, one));
  }

  const content = (request: RouteRequest) => {
    const { attachment } = find(request);
    const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(attachment.filename)}`;
    return {
      status: 200,
      headers: { 'content-type': attachment.mimeType, 'content-disposition': disposition },
      bytes: attachment.content,
    };
  };

  const perVersion = world.edition.apiVersions.flatMap((api): Route[] => [
    {
      method: 'POST',
      path: `/rest/api/${api}/issue/:idOrKey/attachments`,
      handle: (request) => ({ status: 200, body: add(api, request) }),
    },
    { method: 'GET', path: `/rest/api/${api}/attachment/content/:id`, handle: content },
    {
      method: 'GET',
      path: `/rest/api/${api}/attachment/:id`,
      handle: (request) => ({ status: 200, body: showAttachment(world, api, find(request).attachment) }),
    },
    {
      method: 'DELETE',
      path: `/rest/api/${api}/attachment/:id`,
      handle(request) {
        const account = getAccount(world, request);
        const { issue, attachment } = find(request);
        const permission =
          attachment.author === account ? 'DELETE_OWN_ATTACHMENTS' : 'DELETE_ALL_ATTACHMENTS';
        if (!world.platform.may(account, permission, issue.project)) {
          throw refuse(403, 'You do not have permission to delete this attachment.');
        }
        const { attachments } = issue.activity;
        attachments.splice(attachments.indexOf(attachment), 1);
        world.announce.attachment('deleted', issue, attachment, account);
        return { status: 204 };
      },
    },
  ]);
  return [...perVersion, { method: 'GET', path: '/secure/attachment/:id/:name', handle: content }];
}
