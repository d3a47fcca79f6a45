// The zod schemas of `schema.ts` are not here: the command, which must start fast, has no use for them.
export type { Environment } from './ci/definition.ts';
export { type CiContext, type RunFiles, readCiContext, runFiles } from './ci-context.ts';
export { describeEnvironment, type EnvironmentRules, environmentTypeOf } from './environment.ts';
export type { FoundKey, KeyPlace } from './found-keys.ts';
export { type GitWorkspace, listCommitMessages, withCommitFromGit } from './git-history.ts';
export { type JunitResult, readJunitFiles } from './junit-files.ts';
export { makeReport, type PreparedReport, type ReportInput } from './report.ts';
export { type SettingDefinition, type SettingId, settingTable } from './setting-table.ts';
export { type ReportSettings, readSettings, type SettingSources, settingVariables } from './settings.ts';
export { baseAddress } from './site-address.ts';
export { chooseState, isFinal, stateOf } from './state.ts';
export { type BuildReport, type DeploymentReport, reportLimits, toWire, type Wire } from './wire.ts';
