/**
 * The embedded server's settings: light when idle, nothing listening on the network. What is not here keeps its
 * default, above all fsync, full_page_writes and synchronous_commit: on.
 */
const settings: { name: string; value: string; since?: number }[] = [
  { name: 'listen_addresses', value: '' },
  { name: 'unix_socket_permissions', value: '0700' },
  { name: 'max_connections', value: '60' },
  { name: 'shared_buffers', value: '32MB' },
  { name: 'huge_pages', value: 'off' },
  { name: 'max_wal_size', value: '256MB' },
  // nothing copies this server's log, so it need not carry more than recovery takes
  { name: 'wal_level', value: 'minimal' },
  { name: 'max_wal_senders', value: '0' },
  // our statements are short: workers and compiled plans would only cost memory
  { name: 'max_worker_processes', value: '0' },
  { name: 'max_parallel_workers_per_gather', value: '0' },
  { name: 'max_logical_replication_workers', value: '0' },
  { name: 'autovacuum_max_workers', value: '1' },
  { name: 'io_method', value: 'sync', since: 18 },
  { name: 'jit', value: 'off' },
  // a hub that was killed must not leave its statements running, and its locks held
  { name: 'client_connection_check_interval', value: '1s' },
  { name: 'log_checkpoints', value: 'off' },
  { name: 'log_timezone', value: 'UTC' },
  { name: 'timezone', value: 'UTC' },
];

/** Extra or other settings, by name. */
export type SettingOverrides = Record<string, string>;

/** The settings as arguments of `postgres` of the given major version. */
export function settingArguments(major: number, overrides: SettingOverrides): string[] {
  const chosen = Object.fromEntries(
    settings.filter(({ since = 0 }) => since <= major).map(({ name, value }) => [name, value]),
  );
  return Object.entries({ ...chosen, ...overrides }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
