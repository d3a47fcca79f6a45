export { type ConnectionStore, createConnectionStore, type StoredConnection } from './connection-store.ts';
export { createJiraClients, type JiraClients } from './jira-clients.ts';
export type { ConnectionParts } from './open-connection.ts';
export { connectionRoutes } from './routes.ts';
export { secretRoutes } from './secret-routes.ts';
export { createSecretStore, type SecretStore } from './secret-store.ts';
