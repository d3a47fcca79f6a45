import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../src/cli/commands.ts';
import { settingTable } from '../src/report/setting-table.ts';
import { errorsPage } from './errors-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the documentation', () => {
  it('has the error catalogue word for word', () => {
    expect(read('docs/errors.md')).toBe(errorsPage());
  });

  it('has every page that its links name', () => {
    expect(pages.length).toBeGreaterThan(8);
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('names only commands and npm scripts that exist', () => {
    const scripts = Object.keys(JSON.parse(read('package.json')).scripts);
    const known = new Set([...commands.map(({ name }) => name), '--version', '--help', '<command>']);
    const unknown = pages.flatMap((page) => [
      ...[...read(page).matchAll(/^\s*(?:\S+=\S+ )*(?:npx )?tieline ([a-z<-][\w<>-]*)/gm)]
        .map((match) => match[1] ?? '')
        .filter((name) => !known.has(name))
        .map((name) => `${page}: tieline ${name}`),
      ...[...read(page).matchAll(/npm run ([a-z:]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((name) => !scripts.includes(name))
        .map((name) => `${page}: npm run ${name}`),
    ]);
    expect(unknown).toEqual([]);
  });

  it('lists every setting of a report', () => {
    const page = read('docs/reports.md');
    const missing = Object.values(settingTable).filter(
      ({ name, flag }) => !page.includes(`\`${name}\``) || !page.includes(`\`--${flag}\``),
    );
    expect(missing).toEqual([]);
  });

  it('lists every variable that a hub reads, and no other', () => {
    const known = [...read('src/config.ts').matchAll(/^ {2}((?:TIELINE|DATABASE)_\w+):/gm)].map(
      (match) => match[1],
    );
    const told = read('docs/operations.md').match(/\b(?:TIELINE_[A-Z_]+|DATABASE_URL)\b/g) ?? [];
    // TIELINE_FAULT ends a hub in tests and is nobody else's business.
    expect(new Set(told)).toEqual(new Set(known.filter((name) => name !== 'TIELINE_FAULT')));
  });
});
