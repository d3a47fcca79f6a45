export { type ConnectionStore, createConnectionStore, type EnvironmentRules } from './connection-store.ts';
export { createJiraClients, type JiraClients } from './jira-clients.ts';
export { connectionRoutes } from './routes.ts';
export { connectionRuleRoutes } from './rule-routes.ts';
export { getVisibleConnection } from './visible-connection.ts';
