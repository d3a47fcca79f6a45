import { defineConnector } from '../../kit/connector.ts';
import { bitbucketDataCenterHost } from './code-host.ts';
import { testBitbucketDataCenter } from './connection-test.ts';
import { bitbucketDataCenterSettings } from './settings.ts';

/** Bitbucket Data Center, and the Bitbucket Server that it was. */
export default defineConnector({
  id: 'bitbucket-data-center',
  label: 'Bitbucket Data Center',
  docs: 'connections/bitbucket-data-center.md',
  settings: bitbucketDataCenterSettings,
  test: testBitbucketDataCenter,
  codeHost: bitbucketDataCenterHost,
});
