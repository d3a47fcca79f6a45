import { defineConnector } from '../../kit/connector.ts';
import { harnessCodeHost } from './code-host.ts';
import { testHarnessCode } from './connection-test.ts';
import { harnessCodeSettings } from './settings.ts';

/** Harness Code, and Gitness, on which it stands. */
export default defineConnector({
  id: 'harness-code',
  label: 'Harness Code',
  docs: 'connections/harness-code.md',
  settings: harnessCodeSettings,
  test: testHarnessCode,
  codeHost: harnessCodeHost,
});
