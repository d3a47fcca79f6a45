import { defineConnector } from '../../kit/connector.ts';
import { testVault } from './connection-test.ts';
import { openSecretSource } from './secret-source.ts';
import { vaultSettings } from './settings.ts';

/** HashiCorp Vault, as a place where secrets are kept: the KV engine, version 2. */
export default defineConnector({
  id: 'vault',
  label: 'HashiCorp Vault',
  docs: 'secrets.md',
  settings: vaultSettings,
  test: testVault,
  secretSource: openSecretSource,
});
