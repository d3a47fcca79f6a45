import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countTests } from './junit.ts';
import { readJunitFiles } from './junit-files.ts';

const counts = (passed: number, failed: number, skipped: number) => ({
  total: passed + failed + skipped,
  passed,
  failed,
  skipped,
});

describe('what is counted', () => {
  test.each([
    [
      'a Surefire file: failures, errors, skips, reruns that passed at last',
      `<?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="shop.CartTest" tests="5" errors="1" skipped="1" failures="1">
        <properties><property name="a" value="&lt;testcase/>"/></properties>
        <testcase name="adds" classname="shop.CartTest" time="0.1"/>
        <testcase name="pays"><failure message="a > b" type="X">at <![CDATA[<testcase/>]]></failure></testcase>
        <testcase name="breaks"><error/><system-out>text</system-out></testcase>
        <testcase name="later"><skipped message="not yet"/></testcase>
        <testcase name="flaky"><flakyFailure>once</flakyFailure></testcase>
      </testsuite>`,
      counts(2, 2, 1),
    ],
    [
      'suites within suites, and a namespace',
      `<j:testsuites xmlns:j="x"><j:testsuite tests="2"><j:testsuite tests="2"><j:testcase/><j:testcase></j:testcase>
      </j:testsuite></j:testsuite><j:testsuite><j:testcase><j:failure/><j:failure/></j:testcase></j:testsuite></j:testsuites>`,
      counts(2, 1, 0),
    ],
    [
      'a comment and a status, as Google Test writes it',
      '<testsuites><!-- <testcase/> --><testsuite><testcase name="a" status="notrun" result="suppressed"/><testcase status="run"/></testsuite></testsuites>',
      counts(1, 0, 1),
    ],
    [
      'both a failure and a skip: a failure',
      '<testsuite><testcase><failure/><skipped/></testcase></testsuite>',
      counts(0, 1, 0),
    ],
    [
      'no test cases: the numbers of the outermost suites',
      '<testsuites tests="99"><testsuite tests="7" failures="1" errors="1" skipped="2"><testsuite tests="7"/></testsuite><testsuite tests="3"/></testsuites>',
      counts(6, 2, 2),
    ],
    ['an empty suite', '<testsuites/>', counts(0, 0, 0)],
    ['a file cut short', '<testsuite><testcase/><testcase><failure message="', counts(1, 0, 0)],
    ['a failure outside any test', '<testsuite><error/><testcase/></testsuite>', counts(1, 0, 0)],
  ])('%s', (_name, text, expected) => {
    expect(countTests(text)).toEqual(expected);
  });

  test.each(['', 'no xml', '<html><body/></html>', '<!-- <testsuite/> -->', '<![CDATA[<testsuite>'])(
    '%j is no JUnit file',
    (text) => {
      expect(countTests(text)).toBeUndefined();
    },
  );
});

test('whatever the cases, they add up', () => {
  const testCase = fc.constantFrom(
    ['passed', '<testcase a=">"/>'],
    ['passed', "<testcase b='\"'><system-out>x</system-out></testcase>"],
    ['failed', '<testcase><failure>a &lt; b</failure></testcase>'],
    ['failed', '<testcase><error message="/>"/></testcase>'],
    ['skipped', '<testcase><skipped/></testcase>'],
  );
  fc.assert(
    fc.property(fc.array(fc.array(testCase, { minLength: 1 }), { minLength: 1 }), (suites) => {
      const xml = suites
        .map((cases) => `<testsuite>${cases.map(([, text]) => text).join('\n')}</testsuite>`)
        .join('');
      const of = (outcome: string) => suites.flat().filter(([name]) => name === outcome).length;
      expect(countTests(`<testsuites>${xml}</testsuites>`)).toEqual(
        counts(of('passed'), of('failed'), of('skipped')),
      );
    }),
  );
});

test('no text breaks the count', () => {
  const mark = fc.constantFrom(
    '<',
    '>',
    '/',
    '"',
    "'",
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    'testsuite',
    'testcase',
    ' ',
    'failure',
    '?',
  );
  fc.assert(
    fc.property(fc.array(mark, { maxLength: 60 }), (parts) => {
      const found = countTests(parts.join(''));
      if (found) expect(found.passed + found.failed + found.skipped).toBe(found.total);
    }),
  );
});

test('the files of several globs are added, each once; what cannot be counted is said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tieline-junit-'));
  mkdirSync(join(folder, 'reports', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'reports', 'a.xml'), '<testsuite><testcase/></testsuite>');
  writeFileSync(
    join(folder, 'reports', 'deep', 'b.xml'),
    '<testsuite><testcase><failure/></testcase></testsuite>',
  );
  writeFileSync(join(folder, 'reports', 'pom.xml'), '<project/>');
  expect(await readJunitFiles(folder, ['reports/**/*.xml', 'reports/a.xml'])).toEqual({
    tests: counts(1, 1, 0),
    files: 2,
    notices: [`${join(folder, 'reports', 'pom.xml')} holds no test suite`],
  });
  expect(await readJunitFiles(folder, ['none/*.xml'])).toEqual({
    tests: undefined,
    files: 0,
    notices: ['No file matches none/*.xml'],
  });
});
