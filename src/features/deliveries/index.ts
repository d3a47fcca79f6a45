export { createDeliveries } from './deliveries.ts';
export { type DeliveryView, deliveryView, issueOutcomes, viewDelivery } from './view.ts';
export { visibleConnections, visibleDelivery } from './visible-deliveries.ts';
