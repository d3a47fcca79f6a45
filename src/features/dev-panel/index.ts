export { type BackfillStore, createBackfillStore } from './backfill/backfill-store.ts';
export { addressOf } from './code-hosts.ts';
export { createDevPanel } from './dev-panel.ts';
export { backfillWanted } from './links/link-routes.ts';
export { createLinkStore, type Link, type LinkStore } from './links/link-store.ts';
export { levels, linkRules, scopePath } from './links/link-view.ts';
export { assertPaths } from './links/scope-assertions.ts';
export type { Subscriptions } from './links/subscriptions.ts';
export { smartCommitTopic } from './smart-commits/take-smart-commits.ts';
