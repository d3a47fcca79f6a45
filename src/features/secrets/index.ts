export { secretRoutes } from './routes.ts';
export { createSecretStore, type SecretStore } from './secret-store.ts';
