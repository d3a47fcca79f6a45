/** What a webhook may ask for. An empty list asks for all. */
export const webhookTriggers = [
  'branch_created',
  'branch_updated',
  'branch_deleted',
  'tag_created',
  'tag_updated',
  'tag_deleted',
  'pullreq_created',
  'pullreq_updated',
  'pullreq_reopened',
  'pullreq_branch_updated',
  'pullreq_closed',
  'pullreq_merged',
  'pullreq_comment_created',
  'pullreq_comment_updated',
  'pullreq_comment_status_updated',
  'pullreq_label_assigned',
  'pullreq_review_submitted',
  'pullreq_target_branch_changed',
  'merge_queue_checks_requested',
  'merge_queue_checks_canceled',
  'artifact_created',
  'artifact_deleted',
] as const;
export type WebhookTrigger = (typeof webhookTriggers)[number];

export type ExecutionResult = 'success' | 'retriable_error' | 'fatal_error';

/** A header of the webhook's owner; a masked one is not shown again. */
export interface ExtraHeader {
  key: string;
  value: string;
  masked: boolean;
}

/** One try to deliver, as the host remembers it. */
export interface Execution {
  id: number;
  webhookId: number;
  /** The same for all tries of one event. */
  triggerId: string;
  trigger: WebhookTrigger;
  result: ExecutionResult;
  error: string;
  retriggerOf: number | null;
  created: number;
  durationMs: number;
  request: { url: string; headers: string; body: string };
  response: { statusCode: number; status: string; headers: string; body: string };
}

/** A webhook on a repository, or on a space and so on everything below it. */
export interface Webhook {
  id: number;
  version: number;
  parentType: 'repo' | 'space';
  parentId: number;
  /** 0 on a repository, else how deep the space lies: 1 for an account. */
  scope: number;
  createdBy: number;
  created: number;
  updated: number;
  identifier: string;
  displayName: string;
  description: string;
  url: string;
  secret: string;
  enabled: boolean;
  insecure: boolean;
  triggers: WebhookTrigger[];
  extraHeaders: ExtraHeader[];
  latestResult: ExecutionResult | null;
  /** The newest last; the oldest are forgotten over a thousand. */
  executions: Execution[];
}
