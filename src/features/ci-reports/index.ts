export { connectKeyRoutes } from './connect-key-routes.ts';
export { reportRoutes } from './routes.ts';
export { reportHandlers } from './send-reports.ts';
export { createSites } from './sites.ts';
