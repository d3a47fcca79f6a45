// The zod schemas of `schema.ts` are not here: the command, which must start fast, has no use for them.
export { type CiContext, readCiContext, runFiles } from './ci-context.ts';
export { hasGitHistory, listCommitMessages, withCommitFromGit } from './git-history.ts';
export { judgeOutcome } from './issue-outcomes.ts';
export { readJunitFiles } from './junit-files.ts';
export { withTitleFromHost } from './pull-request-title.ts';
export { makeReport, type PreparedReport } from './report.ts';
export { findDeploymentNames } from './run-names.ts';
export { type SettingDefinition, settingTable } from './setting-table.ts';
export { type ReportSettings, readSettings } from './settings.ts';
export { baseAddress } from './site-address.ts';
export { toWire } from './wire.ts';
