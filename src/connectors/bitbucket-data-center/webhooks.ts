import { TielineError } from '../../kit/errors.ts';
import type { Secret } from '../../kit/secret.ts';
import { type BitbucketApi, pageSize, pathOf, read, readPage } from './api.ts';
import { webhook } from './wire.ts';

/**
 * Everything that changes what Jira shows. An unknown key is refused with all others: `pr:reviewer:needs_work` is what
 * Bitbucket knows, whatever its page of payloads calls it.
 */
const events = [
  'repo:refs_changed',
  'repo:modified',
  'pr:opened',
  'pr:modified',
  'pr:from_ref_updated',
  'pr:merged',
  'pr:declined',
  'pr:deleted',
  'pr:reviewer:updated',
  'pr:reviewer:approved',
  'pr:reviewer:unapproved',
  'pr:reviewer:needs_work',
  'pr:comment:added',
  'pr:comment:deleted',
];

/**
 * Registers a webhook of a project or a repository; those of the same address go.
 * @throws remote-forbidden, status-unexpected for a Bitbucket that has none of projects
 */
export async function subscribe(
  api: BitbucketApi,
  scope: string,
  { url, secret }: { url: string; secret: Secret },
): Promise<string> {
  const webhooks = `${pathOf(scope)}/webhooks`;
  // Made by tries that were cut off, with secrets that nobody can be sure of.
  for (const id of await listOwn(api, scope, url)) await unsubscribe(api, scope, id);
  const answer = await api.http.request({
    method: 'POST',
    url: api.path(webhooks),
    json: { name: 'Tieline', url, active: true, events, configuration: { secret } },
  });
  return String(read(answer, webhook).id);
}

/** Removes a webhook; one that is not there any more is no error. */
export async function unsubscribe(api: BitbucketApi, scope: string, id: string): Promise<void> {
  const url = api.path(`${pathOf(scope)}/webhooks/${encodeURIComponent(id)}`);
  await api.http.request({ method: 'DELETE', url, accept: [404] });
}

async function listOwn(api: BitbucketApi, scope: string, address: string): Promise<string[]> {
  const own: string[] = [];
  let start: number | undefined = 0;
  while (start !== undefined) {
    const url = api.path(`${pathOf(scope)}/webhooks`, { start, limit: pageSize });
    const found: Awaited<ReturnType<typeof readPage<typeof webhook>>> = await readPage(
      api,
      url,
      webhook,
    ).catch((thrown: unknown) => {
      const isMissing = thrown instanceof TielineError && thrown.details.status === 404;
      throw isMissing ? noWebhooks(scope, thrown) : thrown;
    });
    own.push(...found.items.filter(({ url }) => url === address).map(({ id }) => String(id)));
    start = found.next;
  }
  return own;
}

const noWebhooks = (scope: string, cause: TielineError): TielineError =>
  new TielineError('status-unexpected', `${scope} is not there, or this Bitbucket has no webhooks for it`, {
    hint: 'Check the path. An older Bitbucket has no webhooks of projects: link repositories one by one, as SHOP/checkout.',
    details: cause.details,
    cause,
  });
