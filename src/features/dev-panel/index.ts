export { createDevPanel, type DevPanel } from './dev-panel.ts';
