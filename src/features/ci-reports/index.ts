export { readBuildKey, readDeploymentKey } from './accept-report.ts';
export { createCiReports } from './ci-reports.ts';
export { assertMayHandleKey, assertMayMakeKeys } from './connect-key-access.ts';
export {
  type ConnectKey,
  changeConnectKey,
  createConnectKey,
  findConnectKeyNames,
  getConnectKey,
  listConnectKeys,
  revokeConnectKey,
} from './connect-key-store.ts';
export { keyRules } from './connect-key-view.ts';
export type { OwnReports } from './own-reports.ts';
