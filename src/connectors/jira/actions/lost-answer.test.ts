import { expect, it } from 'vitest';
import { TielineError } from '../../../kit/errors.ts';
import { whatIsLost } from './lost-answer.ts';

it.each([
  [
    'a dropped connection',
    new TielineError('network-failed', '', { details: { code: 'ECONNRESET' } }),
    'lost',
  ],
  ['no connection', new TielineError('network-failed', '', { details: { code: 'ECONNREFUSED' } }), 'none'],
  ['no name', new TielineError('name-unresolved', ''), 'none'],
  ['a refusal', new TielineError('jira-rejected', '', { details: { status: 400 } }), 'none'],
  ['a rate limit', new TielineError('rate-limited', '', { details: { status: 429 } }), 'none'],
  ['a failure', new TielineError('remote-failed', '', { details: { status: 502 } }), 'lost'],
  ['a gateway that waited', new TielineError('remote-failed', '', { details: { status: 504 } }), 'slow'],
  [
    'no answer in time',
    new TielineError('request-timed-out', '', { details: { code: 'UND_ERR_HEADERS_TIMEOUT' } }),
    'slow',
  ],
  [
    'no connection in time',
    new TielineError('request-timed-out', '', { details: { code: 'UND_ERR_CONNECT_TIMEOUT' } }),
    'none',
  ],
  ['what nobody foresaw', new TypeError('?'), 'lost'],
] as const)('after %s a write is %s', (_what, thrown, lost) => {
  expect(whatIsLost(thrown)).toBe(lost);
});
