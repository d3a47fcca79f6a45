export { deliveryRoutes } from './routes.ts';
export type { DeliveryView } from './view.ts';
