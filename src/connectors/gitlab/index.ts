import { defineConnector } from '../../kit/connector.ts';
import { gitLabHost } from './code-host.ts';
import { testGitLab } from './connection-test.ts';
import { gitLabSettings } from './settings.ts';

/** GitLab: gitlab.com, Dedicated and self-managed. */
export default defineConnector({
  id: 'gitlab',
  label: 'GitLab',
  docs: 'connections/gitlab.md',
  settings: gitLabSettings,
  test: testGitLab,
  codeHost: gitLabHost,
});
