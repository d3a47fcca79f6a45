export { readBuildKey, readDeploymentKey } from './accept-report.ts';
export { connectKeyRoutes } from './connect-key-routes.ts';
export { type ConnectKey, findConnectKeyNames, listConnectKeys } from './connect-key-store.ts';
export { gatingRoutes } from './gating-routes.ts';
export { reportRoutes } from './routes.ts';
export { reportHandlers } from './send-reports.ts';
export { createSites } from './sites.ts';
