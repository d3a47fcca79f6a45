import { expect, it } from 'vitest';
import { readErrorMessages } from './error-messages.ts';

it.each([
  ['a list of messages', [{ message: 'one', errorTraceId: 'a' }, { message: 'two' }], ['one', 'two']],
  [
    'the answer that goes with a 202',
    {
      acceptedBuilds: [],
      rejectedBuilds: [
        { key: { pipelineId: 'p', buildNumber: 1 }, errors: [{ message: "'url' is required" }] },
      ],
      unknownIssueKeys: [],
    },
    ["'url' is required"],
  ],
  [
    'the same of deployments, which say one thing of many',
    {
      rejectedDeployments: [
        { key: {}, errors: [{ message: 'No valid issues' }] },
        { key: {}, errors: [{ message: 'No valid issues' }] },
      ],
    },
    ['No valid issues'],
  ],
  [
    'an error collection of the platform',
    { errorMessages: ['one'], errors: { title: "'title' is required." } },
    ['one', "title: 'title' is required."],
  ],
  ['that of development information', { errorMessages: [{ message: 'one' }] }, ['one']],
  ['one message', { code: 401, message: 'Unauthorized' }, ['Unauthorized']],
  ['a page of a proxy', '<html>', ['Jira answered with status 400 and no message']],
  ['nothing', null, ['Jira answered with status 400 and no message']],
])('Jira’s words are read from %s', (_, answer, words) => {
  expect(readErrorMessages(answer, 400)).toEqual(words);
});
