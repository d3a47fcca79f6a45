import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readDocumentFiles } from './document-files.ts';
import { textOf } from './export.ts';

const read = (text: string) => readDocumentFiles({ readText: async () => text }, ['-']);

/** What a document may hold: JSON, with fields that are there. */
const document = fc.dictionary(
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((key) => key !== '__proto__'),
  fc.jsonValue({ noUnicodeString: false, maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value))),
  { minKeys: 1, maxKeys: 5 },
);

it('whatever is written as YAML is read as it was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(document, { maxLength: 4 }), async (documents) => {
      const found = await read(textOf(documents));
      expect(found.map(({ given }) => given)).toEqual(documents);
    }),
  );
});

it('no text is anything but documents, or wrong with a line and a column', async () => {
  const marks = fc.constantFrom(
    '- ',
    ': ',
    '\n',
    '  ',
    '&a',
    '*a',
    '---',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '|',
    '>',
    '!x ',
    '#',
    'a',
    '1',
    '<<',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(marks, { maxLength: 25 }), async (parts) => {
      const outcome = await read(parts.join('')).catch((error: unknown) => error);
      if (Array.isArray(outcome)) {
        for (const { given, where } of outcome) {
          expect(typeof given).toBe('object');
          expect(where('spec.a.0')).toMatch(/^-:\d+:\d+$/);
        }
        return;
      }
      expect(outcome).toMatchObject({ code: 'usage-wrong' });
      expect(outcome).toHaveProperty('fields.0.path', expect.stringMatching(/^-:\d+:\d+$/));
    }),
  );
});

it.each([
  ['name: x', '', '-:1:1'],
  ['name: x\nspec:\n  a: 1\n  b: [1, two]\n', 'spec.b.1', '-:4:10'],
  ['name: x\nspec:\n  a: 1\n', 'spec.gone.deeper', '-:3:3'],
  ['name: x\nlabels: { a.b: c }\n', 'labels.a.b', '-:2:9'],
])('in %j the field %s is at %s, or what holds it', async (text, path, expected) => {
  const [found] = await read(text);
  expect(found?.where(path)).toBe(expected);
});

it('more than 10 MiB are refused', async () => {
  await expect(read(`a: ${'x'.repeat(10 * 1024 * 1024)}`)).rejects.toMatchObject({
    code: 'usage-wrong',
    message: 'The files are larger than 10 MiB',
  });
});
