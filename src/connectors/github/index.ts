import { defineConnector } from '../../kit/connector.ts';
import { gitHubHost } from './code-host.ts';
import { testGitHub } from './connection-test.ts';
import { gitHubSettings } from './settings.ts';

/** GitHub: github.com, Enterprise Cloud and Enterprise Server. */
export default defineConnector({
  id: 'github',
  label: 'GitHub',
  docs: 'connections/github.md',
  settings: gitHubSettings,
  test: testGitHub,
  codeHost: gitHubHost,
});
