import { defineConnector } from '../../kit/connector.ts';
import { jiraActions } from './actions/index.ts';
import { createJiraClient } from './client.ts';
import { testJira } from './connection-test.ts';
import { findConsent } from './consent.ts';
import { jiraSettings } from './settings.ts';

/** Jira Cloud, Data Center and Server. */
export default defineConnector({
  id: 'jira',
  label: 'Jira',
  docs: 'connections/jira.md',
  settings: jiraSettings,
  test: testJira,
  jira: createJiraClient,
  consent: findConsent,
  actions: jiraActions,
});
