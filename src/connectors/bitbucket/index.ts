import { defineConnector } from '../../kit/connector.ts';
import { bitbucketHost } from './code-host.ts';
import { testBitbucket } from './connection-test.ts';
import { bitbucketSettings } from './settings.ts';

/** Bitbucket Cloud. Bitbucket Data Center is another product with another API. */
export default defineConnector({
  id: 'bitbucket',
  label: 'Bitbucket Cloud',
  docs: 'connections/bitbucket.md',
  settings: bitbucketSettings,
  test: testBitbucket,
  codeHost: bitbucketHost,
});
