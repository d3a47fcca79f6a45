import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { make } from '../../src/cli/report.ts';
import { settingTable } from '../../src/report/setting-table.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const examples = readdirSync(join(root, 'examples/ci')).map((name) => ({
  name,
  text: readFileSync(join(root, 'examples/ci', name), 'utf8'),
}));
const pages = readdirSync(join(root, 'docs/ci')).map((name) => ({
  name,
  text: readFileSync(join(root, 'docs/ci', name), 'utf8'),
}));

/** The command, to ask it for its flags; it is not run. */
const command = make({
  env: {},
  config: () => Promise.reject(new TypeError('not run')),
  http: () => Promise.reject(new TypeError('not run')),
  directJira: () => Promise.reject(new TypeError('not run')),
  print: () => undefined,
  note: () => undefined,
  exit: () => undefined,
});
const flags = new Set(command.options.map(({ long }) => long));
const settings = new Set(Object.values(settingTable).map(({ name }) => name as string));

const calls = (text: string) =>
  [...text.replaceAll('\\\n', ' ').matchAll(/tieline report([^\n]*)/g)].map((match) => match[1] ?? '');

/** The settings of every step, however deep, that runs the report image. */
function stepsWithImage(node: unknown): object[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = 'image' in node && String(node.image).includes('tieline-report') && 'settings' in node;
  const inside = Object.values(node).flatMap(stepsWithImage);
  return own && typeof node.settings === 'object' && node.settings !== null
    ? [node.settings, ...inside]
    : inside;
}

describe('the examples', () => {
  it('are one for each page, and the page leads to it', () => {
    expect(examples.length).toBe(pages.length);
    const linked = pages.map(({ text }) => basename(/examples\/ci\/([\w.-]+)\)/.exec(text)?.[1] ?? ''));
    expect(linked.sort()).toEqual(examples.map(({ name }) => name).sort());
  });

  it.each(examples)('$name reports, by flags that exist or the image', ({ text }) => {
    const used = calls(text).flatMap((call) => call.match(/--[a-z][a-z-]*/g) ?? []);
    expect(used.filter((flag) => !flags.has(flag))).toEqual([]);
    expect(calls(text).length > 0 || text.includes('tieline-report')).toBe(true);
  });

  it.each(examples.filter(({ name }) => /\.ya?ml$/.test(name)))(
    '$name is YAML, with settings that exist',
    ({ text }) => {
      const steps = stepsWithImage(parse(text));
      expect(steps.length > 0).toBe(text.includes('tieline-report'));
      for (const given of steps.map((step) => Object.keys(step).map((name) => name.toUpperCase()))) {
        expect(given).toContain('CONNECT_KEY');
        expect(given.filter((name) => !settings.has(name))).toEqual([]);
      }
    },
  );
});
