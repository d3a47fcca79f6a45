import { isIP } from 'node:net';
import { z } from 'zod';
import { badRequest, notFound, Refusal } from '../refusal.ts';
import type { Principal, Repository, Space, World } from '../world.ts';
import { type Webhook, webhookTriggers } from './webhook.ts';

const identifier = z
  .string()
  .max(100)
  .regex(/^[a-zA-Z0-9._-]+$/, 'may hold letters, digits, ".", "_" and "-" only');

/** What a webhook is made of. Fields that the host does not know are passed over, as it does. */
export const webhookInput = z.object({
  identifier: identifier.nullish(),
  /** The old name of the identifier. */
  uid: identifier.nullish(),
  display_name: z.string().max(256).nullish(),
  description: z.string().max(1024).nullish(),
  url: z.string().max(2048, 'The URL of a webhook can be at most 2048 characters long.').nullish(),
  secret: z.string().max(4096, 'The secret of a webhook can be at most 4096 characters long.').nullish(),
  enabled: z.boolean().nullish(),
  insecure: z.boolean().nullish(),
  triggers: z.array(z.enum(webhookTriggers)).nullish(),
  extra_headers: z
    .array(
      z.object({ key: z.string().min(1), value: z.string().default(''), masked: z.boolean().default(false) }),
    )
    .max(20)
    .nullish(),
});
export type WebhookInput = z.output<typeof webhookInput>;

/** Where a webhook hangs. */
export type WebhookParent = { repository: Repository } | { space: Space };

/** Whether a webhook may lead to the host's own machine or network; the real one forbids it unless it is told. */
export interface AllowedTargets {
  loopback: boolean;
  privateNetwork: boolean;
}

function checkUrl(text: string, allowed: AllowedTargets) {
  if (!URL.canParse(text)) throw badRequest(`The provided webhook url is invalid: ${text}`);
  const { protocol, hostname } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  // The host refuses this name whatever it is told; an address of the loopback goes.
  if (host === 'localhost') throw badRequest('localhost is not allowed.');
  if (isIP(host) !== 0) {
    const isLoopback = host === '::1' || host.startsWith('127.');
    const isPrivate = /^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|^f[cd]/i.test(host);
    if (isLoopback && !allowed.loopback) throw badRequest('Loopback IP addresses are not allowed.');
    if (isPrivate && !allowed.privateNetwork) throw badRequest('Private IP addresses are not allowed.');
  }
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw badRequest('The scheme of a webhook must be either http or https.');
  }
}

const parentOf = (parent: WebhookParent) =>
  'repository' in parent
    ? { parentType: 'repo' as const, parentId: parent.repository.id }
    : { parentType: 'space' as const, parentId: parent.space.id };

/** The webhooks of one parent. */
export function listWebhooks(world: World, parent: WebhookParent): Webhook[] {
  const { parentType, parentId } = parentOf(parent);
  return world.webhooks.filter((one) => one.parentType === parentType && one.parentId === parentId);
}

/** By identifier or by number. @throws Refusal 404 */
export function getWebhook(world: World, parent: WebhookParent, ref: string): Webhook {
  const found = listWebhooks(world, parent).find(
    (one) => one.identifier.toLowerCase() === ref.toLowerCase() || String(one.id) === ref,
  );
  if (found === undefined) throw notFound();
  return found;
}

/** What the input sets; what it leaves out stays. */
function applyInput(webhook: Webhook, input: WebhookInput, allowed: AllowedTargets) {
  if (input.url != null) checkUrl(input.url, allowed);
  webhook.identifier = input.identifier ?? input.uid ?? webhook.identifier;
  webhook.displayName = input.display_name ?? webhook.displayName;
  webhook.description = input.description ?? webhook.description;
  webhook.url = input.url ?? webhook.url;
  webhook.secret = input.secret ?? webhook.secret;
  webhook.enabled = input.enabled ?? webhook.enabled;
  webhook.insecure = input.insecure ?? webhook.insecure;
  webhook.triggers = input.triggers == null ? webhook.triggers : [...new Set(input.triggers)];
  webhook.extraHeaders = input.extra_headers ?? webhook.extraHeaders;
}

function checkFree(world: World, parent: WebhookParent, wanted: string, own?: Webhook) {
  const taken = listWebhooks(world, parent).some(
    (one) => one !== own && one.identifier.toLowerCase() === wanted.toLowerCase(),
  );
  if (taken) throw new Refusal(409, 'Resource already exists');
}

/** Adds a webhook. @throws Refusal 400 for a wrong field, 409 for an identifier that is taken */
export function createWebhook(
  world: World,
  parent: WebhookParent,
  by: Principal,
  input: WebhookInput,
  allowed: AllowedTargets,
): Webhook {
  const name = input.identifier ?? input.uid ?? input.display_name?.replace(/[^a-zA-Z0-9._-]+/g, '_');
  if (name == null || name === '') throw badRequest('Identifier is required.');
  if (input.url == null) throw badRequest('The URL of a webhook has to have a non-empty host.');
  checkFree(world, parent, name);
  const at = world.now().getTime();
  const webhook: Webhook = {
    id: 0,
    version: 0,
    ...parentOf(parent),
    scope: 'space' in parent ? world.listLine(parent.space.id).length : 0,
    createdBy: by.id,
    created: at,
    updated: at,
    identifier: name,
    displayName: name,
    description: '',
    url: '',
    secret: '',
    enabled: false,
    insecure: false,
    triggers: [],
    extraHeaders: [],
    latestResult: null,
    executions: [],
  };
  applyInput(webhook, { ...input, identifier: name }, allowed);
  webhook.id = world.nextId('webhook');
  world.webhooks.push(webhook);
  return webhook;
}

/** Changes a webhook. @throws Refusal as {@link createWebhook} does */
export function updateWebhook(
  world: World,
  parent: WebhookParent,
  webhook: Webhook,
  input: WebhookInput,
  allowed: AllowedTargets,
): void {
  checkFree(world, parent, input.identifier ?? input.uid ?? webhook.identifier, webhook);
  applyInput(webhook, input, allowed);
  webhook.updated = world.now().getTime();
  webhook.version++;
}

/** Removes a webhook; what is under way for it still goes out. */
export function deleteWebhook(world: World, webhook: Webhook): void {
  world.webhooks.splice(world.webhooks.indexOf(webhook), 1);
}
