export { type BackfillStore, createBackfillStore } from './backfill-store.ts';
export { addressOf } from './code-hosts.ts';
export { createDevPanel, type DevPanel } from './dev-panel.ts';
export { assertPaths, backfillWanted } from './link-routes.ts';
export { createLinkStore, type Link, type LinkStore } from './link-store.ts';
export { levels, linkRules, scopePath } from './link-view.ts';
export { smartCommitTopic } from './smart-commits/take-smart-commits.ts';
export type { Subscriptions } from './subscriptions.ts';
