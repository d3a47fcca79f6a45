import { expect, it } from 'vitest';
import { pathBelow } from './jira-address.ts';

it.each([
  ['https://jira.example.com/rest/x?y=1', 'https://jira.example.com', '/rest/x?y=1'],
  ['https://jira.example.com/rest/x', 'https://jira.example.com/', '/rest/x'],
  ['https://jira.example.com/jira/rest/x', 'https://jira.example.com/jira', '/rest/x'],
  ['https://jira.example.com/jira', 'https://jira.example.com/jira', ''],
  ['https://JIRA.example.com:443/rest', 'https://jira.example.com', '/rest'],
  ['https://jira.example.com/jirax/rest', 'https://jira.example.com/jira', undefined],
  ['https://jira.example.com/jira/../admin', 'https://jira.example.com/jira', undefined],
  ['http://jira.example.com/rest', 'https://jira.example.com', undefined],
  ['https://jira.example.com:8443/rest', 'https://jira.example.com', undefined],
  ['https://jira.example.com@elsewhere.example/rest', 'https://jira.example.com', undefined],
  ['https://me@jira.example.com/rest', 'https://jira.example.com', undefined],
  ['//jira.example.com/rest', 'https://jira.example.com', undefined],
  ['', 'https://jira.example.com', undefined],
])('%s below %s is %s', (address, base, path) => {
  expect(pathBelow(address, base)).toBe(path);
});
