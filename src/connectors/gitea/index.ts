import { defineConnector } from '../../kit/connector.ts';
import { giteaHost } from './code-host.ts';
import { testGitea } from './connection-test.ts';
import { giteaSettings } from './settings.ts';

/** Gitea, and Forgejo, which grew out of it. */
export default defineConnector({
  id: 'gitea',
  label: 'Gitea and Forgejo',
  docs: 'connections/gitea.md',
  settings: giteaSettings,
  test: testGitea,
  codeHost: giteaHost,
});
