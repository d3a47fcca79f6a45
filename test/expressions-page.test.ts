import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dateMethods } from '../src/kit/expression/date-methods.ts';
import { functions } from '../src/kit/expression/functions.ts';
import { compileTemplate } from '../src/kit/expression/index.ts';
import { listMethods, mapMethods } from '../src/kit/expression/list-methods.ts';
import { textMethods } from '../src/kit/expression/text-methods.ts';

const page = readFileSync(new URL('../docs/expressions.md', import.meta.url), 'utf8');
const variables = { version: '4.2.0', keys: 'MYT-1,MYT-2', answer: '{"builds":[{"id":7,"ok":true}]}' };
const scope = {
  find: (root: string) => (root === 'pipeline' ? { variables } : undefined),
  now: () => new Date('2028-01-31T12:00:00Z'),
};
const examples = [...page.matchAll(/^\| `(.*<\+.*)` +\| `(.+)` +\|$/gm)].map(
  ([, text = '', value = '']): [string, string] => [text, value],
);

describe('docs/expressions.md', () => {
  it('names every function and every method', () => {
    const methods = [textMethods, listMethods, mapMethods, dateMethods].flatMap((table) =>
      Object.keys(table),
    );
    const absent = [...functions.keys(), ...methods].filter((name) => !page.includes(`\`${name}(`));
    expect(absent).toEqual([]);
  });

  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(6);
  });

  it.each(examples)('is right about %s', (text, value) => {
    expect(JSON.stringify(compileTemplate(text).resolve(scope))).toBe(value);
  });
});
