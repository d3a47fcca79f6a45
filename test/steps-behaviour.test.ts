import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const docs = fileURLToPath(new URL('../docs', import.meta.url));
const page = readFileSync(join(docs, 'steps-behaviour.md'), 'utf8');

/** Tests by their titles, each a link to its file. */
const named = [...page.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(([, title = '', file = '']) => ({
  title,
  file: join(docs, file),
}));

it('the behaviour of steps is held by tests that exist', () => {
  expect(named.length).toBeGreaterThan(60);
  const missing = named.filter(({ title, file }) => !existsSync(file) || !hasTitle(file, title));
  expect(missing).toEqual([]);
});

it('each rule of the behaviour of steps names a test', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:rule|-+) /.test(line));
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter((row) => !row.includes('.test.ts)'))).toEqual([]);
});

/** A title stands in its file as a text in quotes. */
function hasTitle(file: string, title: string): boolean {
  const text = readFileSync(file, 'utf8');
  return ["'", '"', '`'].some((quote) => text.includes(quote + title + quote));
}
