export type { ExplanationView } from './explanation.ts';
export { explanationRoutes } from './routes.ts';
