import type { TestCounts } from '../kit/jira.ts';

type Outcome = 'passed' | 'failed' | 'skipped';

interface Tag {
  /** Local name; an end tag's begins with a slash. */
  name: string;
  attributes: string;
  selfClosing: boolean;
}

/** What is skipped whole, by its opening mark. */
const opaque: readonly { start: string; end: string }[] = [
  { start: '<!--', end: '-->' },
  { start: '<![CDATA[', end: ']]>' },
  { start: '<?', end: '?>' },
];

/** Where the tag that starts at `from` ends: at the first `>` outside quotes, or at the text's end. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const mark = text.charAt(at);
    if (quote !== '') {
      if (mark === quote) quote = '';
    } else if (mark === '"' || mark === "'") {
      quote = mark;
    } else if (mark === '>') {
      return at;
    }
  }
  return text.length;
}

/** The tags of an XML text, in order, in one pass. Comments, CDATA and instructions are no tags. */
function* tagsOf(text: string): Generator<Tag> {
  let at = text.indexOf('<');
  while (at !== -1) {
    const skipped = opaque.find(({ start }) => text.startsWith(start, at));
    if (skipped) {
      const end = text.indexOf(skipped.end, at + skipped.start.length);
      if (end === -1) return;
      at = text.indexOf('<', end);
      continue;
    }
    const end = endOfTag(text, at + 1);
    const content = text.slice(at + 1, end);
    const name = /^\/?[^\s/>]*/.exec(content)?.[0] ?? '';
    const local = name.slice(name.lastIndexOf(':') + 1);
    yield {
      name: name.startsWith('/') && !local.startsWith('/') ? `/${local}` : local,
      attributes: content.slice(name.length),
      selfClosing: content.endsWith('/'),
    };
    at = text.indexOf('<', end);
  }
}

const attribute = (tag: Tag, name: string) =>
  new RegExp(`(?:^|\\s)${name}\\s*=\\s*["']([^"']*)["']`).exec(tag.attributes)?.[1];

const count = (tag: Tag, ...names: string[]) => {
  for (const name of names) {
    const value = attribute(tag, name);
    if (value !== undefined && /^\d{1,9}$/.test(value)) return Number(value);
  }
  return 0;
};

/** What elements inside a test case, or its status, say of it. Reruns that passed at last are no failures. */
const outcomeOfElement: ReadonlyMap<string, Outcome> = new Map([
  ['failure', 'failed'],
  ['error', 'failed'],
  ['skipped', 'skipped'],
  ['disabled', 'skipped'],
]);
const skippedStatus = /^(notrun|skipped|suppressed|disabled)$/i;

const noTests: TestCounts = { total: 0, passed: 0, failed: 0, skipped: 0 };

function addOutcome(counts: TestCounts, outcome: Outcome): TestCounts {
  return { ...counts, total: counts.total + 1, [outcome]: counts[outcome] + 1 };
}

/** The counts that a suite's own attributes give, for files that list no test cases. */
function countsOfSuite(tag: Tag): TestCounts {
  const total = count(tag, 'tests');
  const failed = Math.min(total, count(tag, 'failures') + count(tag, 'errors'));
  const skipped = Math.min(total - failed, count(tag, 'skipped', 'skip', 'disabled'));
  return { total, passed: total - failed - skipped, failed, skipped };
}

/**
 * The tests in one JUnit XML text, by its test cases; by the outermost suites' own counts when it lists none.
 * Undefined when there is no test suite in it. One pass, no entities, no schema: whatever wrote the file.
 */
export function countTests(text: string): TestCounts | undefined {
  let cases = noTests;
  let suites = noTests;
  let depth = 0;
  let seenSuite = false;
  let current: Outcome | undefined;
  for (const tag of tagsOf(text)) {
    if (tag.name === 'testsuite' || tag.name === 'testsuites') {
      seenSuite = true;
      // `<testsuites>` often counts nothing itself, so its suites are added; a suite inside a suite is part of it.
      if (tag.name === 'testsuite' && depth === 0) suites = sumTests([suites, countsOfSuite(tag)]);
      if (tag.name === 'testsuite' && !tag.selfClosing) depth += 1;
    } else if (tag.name === '/testsuite') {
      depth = Math.max(0, depth - 1);
    } else if (tag.name === 'testcase') {
      const status = attribute(tag, 'status') ?? attribute(tag, 'result') ?? '';
      current = skippedStatus.test(status) ? 'skipped' : 'passed';
      if (tag.selfClosing) {
        cases = addOutcome(cases, current);
        current = undefined;
      }
    } else if (tag.name === '/testcase' && current !== undefined) {
      cases = addOutcome(cases, current);
      current = undefined;
    } else if (current !== undefined && current !== 'failed') {
      current = outcomeOfElement.get(tag.name) ?? current;
    }
  }
  if (!seenSuite) return undefined;
  return cases.total > 0 ? cases : suites;
}

/** The counts of several files together. */
export function sumTests(parts: readonly TestCounts[]): TestCounts {
  return parts.reduce(
    (sum, part) => ({
      total: sum.total + part.total,
      passed: sum.passed + part.passed,
      failed: sum.failed + part.failed,
      skipped: sum.skipped + part.skipped,
    }),
    noTests,
  );
}
