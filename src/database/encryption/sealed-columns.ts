/** Where a value that the vault sealed is kept; `context` is SQL for the text to which it is bound. */
export interface SealedColumn {
  table: string;
  column: string;
  context: string;
}

/** Every column that holds what the vault sealed: what is not named here stays under the old key when it is rotated. */
export const sealedColumns: readonly SealedColumn[] = [
  { table: 'secrets', column: 'sealed', context: "'secret ' || id" },
  { table: 'secret_versions', column: 'sealed', context: "'secret ' || secret_id" },
  { table: 'access_tokens', column: 'sealed', context: "'access token ' || key" },
  { table: 'user_grants', column: 'sealed', context: "'user grant ' || key" },
  { table: 'links', column: 'sealed_hook_secret', context: "'link-hook ' || id" },
  { table: 'panel_hooks', column: 'sealed_secret', context: "'panel-hook ' || link_id || ' ' || url" },
  { table: 'issue_watches', column: 'sealed_secret', context: "'issue-watch ' || connection_id" },
  {
    table: 'consent_requests',
    column: 'sealed_verifier',
    context: "'consent ' || encode(state_hash, 'hex')",
  },
  {
    table: 'idempotent_answers',
    column: 'request_hash',
    context: "'idempotent-request ' || token_id || ' ' || key",
  },
  {
    table: 'idempotent_answers',
    column: 'sealed_answer',
    context: "'idempotent-answer ' || token_id || ' ' || key",
  },
];
