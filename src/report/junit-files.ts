import { glob, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { TestCounts } from '../kit/jira.ts';
import { countTests, sumTests } from './junit.ts';

/** What was counted in which files; `tests` is absent when no file held a test suite. */
export interface JunitResult {
  tests?: TestCounts;
  /** How many files held a test suite. */
  files: number;
  notices: string[];
}

/** Counts the tests of all JUnit XML files that the globs match below a folder, each file once. */
export async function readJunitFiles(cwd: string, globs: readonly string[]): Promise<JunitResult> {
  if (globs.length === 0) return { files: 0, notices: [] };
  // The report program runs on Node 20 too, whose file system has no glob.
  if (typeof glob !== 'function') {
    return { files: 0, notices: ['Tests are not counted: JUNIT needs Node.js 22 or newer'] };
  }
  const paths = new Set<string>();
  for await (const path of glob([...globs], { cwd })) paths.add(resolve(cwd, path));
  const notices = paths.size === 0 ? [`No file matches ${globs.join(', ')}`] : [];
  const counted: TestCounts[] = [];
  for (const path of [...paths].sort()) {
    try {
      const tests = countTests(await readFile(path, 'utf8'));
      if (tests === undefined) notices.push(`${path} holds no test suite`);
      else counted.push(tests);
    } catch (error) {
      notices.push(`${path} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { tests: counted.length > 0 ? sumTests(counted) : undefined, files: counted.length, notices };
}
