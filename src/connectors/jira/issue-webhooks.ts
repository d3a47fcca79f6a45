import { z } from 'zod';
import type { HookSignature } from '../../kit/code-host.ts';
import { TielineError } from '../../kit/errors.ts';
import type { JiraWebhooks } from '../../kit/jira-webhooks.ts';
import type { Secret } from '../../kit/secret.ts';
import { readAnswer } from './pages.ts';
import type { JiraParts } from './parts.ts';
import type { Platform } from './platform-settings.ts';

const events = ['jira:issue_updated', 'jira:issue_deleted'];

/** Since version 10 a webhook's own things stand in `configuration`, and a secret beside it is passed over. */
const sincePath = '/rest/jira-webhook/1.0/webhooks';

const hmac: HookSignature = { type: 'hmac', headers: [{ name: 'x-hub-signature', prefix: 'sha256=' }] };

const registered = z.array(z.object({ url: z.string().optional(), self: z.string() }));
const made = z.object({ self: z.string() });
const hookBody = z.object({
  webhookEvent: z.string(),
  issue: z.object({ id: z.union([z.string(), z.number()]).transform(String) }).optional(),
});

/**
 * Webhooks of administrators. Jira Cloud platform "Webhooks", registration through the REST API; Jira Data Center 10,
 * "Managing webhooks". Their JQL filter stays empty, for it would be run at every event.
 */
export function createIssueWebhooks(parts: JiraParts, platform: Platform | undefined): JiraWebhooks {
  const open = async () => {
    const { edition, capabilities } = (await parts.site()).identity;
    assertAllowed(platform);
    return { http: parts.getPlatform(), path: capabilities.webhookPath, edition };
  };

  return {
    async signature() {
      const { edition, path } = await open();
      return edition === 'cloud' || path === sincePath ? hmac : { type: 'secretUrl' };
    },
    async register({ name, url, secret }) {
      const { http, path, edition } = await open();
      const known = (await readAnswer(http, path, registered)).find((one) => one.url === url);
      if (known !== undefined) return pathOf(path, known.self);
      const signed = edition === 'cloud' ? { secret } : {};
      const json =
        path === sincePath ? bodySince10(name, url, secret) : { ...classicBody(name, url), ...signed };
      const answer = await http.request({ method: 'POST', url: path, json });
      const { data } = made.safeParse(answer.json());
      if (data !== undefined) return pathOf(path, data.self);
      throw new TielineError('answer-unexpected', `${answer.url} does not tell the webhook that it made`);
    },
    async unregister(registration) {
      const { http } = await open();
      await http.request({ method: 'DELETE', url: registration, accept: [404] });
    },
    parse(json) {
      const { data } = hookBody.safeParse(json);
      if (data === undefined)
        throw new TielineError('hook-invalid', 'The webhook has not the form of Jira’s');
      return { event: data.webhookEvent, issueId: data.issue?.id };
    },
  };
}

/** Jira tells a webhook's whole address; only its number is taken, for the account may be at another host. */
const pathOf = (path: string, self: string): string => `${path}/${self.slice(self.lastIndexOf('/') + 1)}`;

const classicBody = (name: string, url: string) => ({
  name,
  url,
  events,
  filters: {},
  excludeBody: false,
});

const bodySince10 = (name: string, url: string, secret: Secret) => ({
  name,
  url,
  events,
  active: true,
  sslVerificationRequired: true,
  configuration: { SECRET: secret, EXCLUDE_BODY: 'false', FILTERS: '' },
});

/** To whom Jira gives no such webhooks. Asked, it answers as if the credential were wrong. */
const refused: Partial<Record<Platform['type'], string>> = {
  oauth: 'a user’s consent',
  'service-account': 'a service account',
};

/** What keeps a credential from registering webhooks of administrators whatever its account may do; undefined: nothing. */
export function findUnfit(platform: Platform | undefined): string | undefined {
  const isScoped = platform?.type === 'api-token' && platform.scoped;
  return isScoped ? 'a token with scopes' : platform && refused[platform.type];
}

function assertAllowed(platform: Platform | undefined): void {
  const unfit = findUnfit(platform);
  if (unfit === undefined) return;
  throw new TielineError('remote-forbidden', `Jira lets ${unfit} register no webhooks of administrators`, {
    hint: 'Use the API token of an account that may administer Jira, or let changes be found by polling.',
    retry: 'never',
  });
}
