export { deliveryRoutes } from './routes.ts';
export { type DeliveryView, deliveryView } from './view.ts';
