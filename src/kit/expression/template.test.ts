import { describe, expect, it } from 'vitest';
import { Secret } from '../secret.ts';
import { errorOf, testScope } from './fixtures/scopes.ts';
import { compileTemplate } from './index.ts';

const resolve = (text: string) => compileTemplate(text).resolve(testScope());

describe('a text with expressions', () => {
  it.each([
    ['no expression at all', 'a > b < c', 'a > b < c'],
    ['one within the text', 'Release <+pipeline.variables.version>!', 'Release 4.2.0!'],
    ['two, one after the other', '<+stage.name><+pipeline.identifier>', 'Deployshop'],
    ['a number in the text', 'n=<+pipeline.variables.count>', 'n=5'],
    ['a boolean in the text', 'is <+1 == 1>', 'is true'],
    ['a list in the text, as JSON', 'in <+pipeline.tags>', 'in ["blue","green"]'],
    ['a number alone, which stays one', '<+pipeline.variables.count>', 5],
    ['a list alone, which stays one', '<+pipeline.tags>', ['blue', 'green']],
    ['a map alone, which stays one', '<+trigger.header>', { 'X-Event': 'push' }],
    ['null alone', '<+pipeline.variables.nothing>', null],
    ['a day alone, as text', '<+currentDate()>', '2028-01-31'],
    ['a text that looks like an expression', '<+"\\<+a>">', '<+a>'],
    ['spaces and line ends inside', '<+ pipeline\n  .name >', 'Shop release'],
  ])('resolves %s', (_, text, expected) => {
    expect(resolve(text)).toEqual(expected);
  });

  it.each([
    ['a quoted name', '<+issue."Story Points">', 5],
    ['letters of any language', '<+{Größe: 7}.Größe>', 7],
    ['a name in single quotes', "<+issue.'1-line Update'>", 'test'],
    ['brackets with a name', "<+trigger.header['X-Event']>", 'push'],
    ['brackets with a number', '<+trigger.payload.items[1].id>', 8],
    ['a number after the dot', '<+trigger.payload.items.0.id>', 7],
    ['a segment that is worked out', '<+pipeline.variables.<+stage.variables.which>>', '4.2.0'],
    ['a segment that is worked out in part', '<+pipeline.variables.ver<+"sion">>', '4.2.0'],
    ['an expression as the beginning', '<+<+pipeline.variables>.get("tier")>', 'gold'],
    ['an expression inside a quoted text', '<+"v<+pipeline.variables.version>-x".toUpperCase()>', 'V4.2.0-X'],
    ['a word of the language as a name', '<+{empty: {not: {size: 3}}}.empty.not.size>', 3],
    ['?. on what is not there', '<+pipeline.nobody?.home>', null],
  ])('follows %s', (_, text, expected) => {
    expect(resolve(text)).toEqual(expected);
  });

  it('knows its paths and its secrets before it is resolved', () => {
    const text = 'x <+a.b[0]."c d"> <+secrets.getValue("org.key")> <+e.<+f.g>> <+h.trim()>';
    const { paths, secrets, isPlain } = compileTemplate(text);
    expect(paths).toEqual([['a', 'b', '0', 'c d'], ['e'], ['f', 'g'], ['h']]);
    expect(secrets).toEqual(['org.key']);
    expect(isPlain).toBe(false);
    expect(compileTemplate('plain > text')).toMatchObject({ isPlain: true, paths: [] });
  });

  it('closes at the first > that stands in no bracket, so that a comparison by > is put into one', () => {
    expect(resolve('<+(pipeline.variables.count > 4)>')).toBe(true);
    expect(resolve('<+pipeline.variables.count gt 4>')).toBe(true);
    expect(resolve('<+pipeline.variables.count> 4')).toBe('5 4');
  });
});

describe('what is not there', () => {
  it('names the expression, the place and what is known there, the nearest first', () => {
    const error = errorOf(() => resolve('first line\nv <+pipeline.variables.verison> and more'));
    expect(error.code).toBe('expression-unresolved');
    expect(error.message).toBe(
      '<+pipeline.variables.verison> (line 2, column 24): pipeline.variables has no "verison"; ' +
        'known there: version, tier, empty, ticket, count, nothing',
    );
    expect(error.details).toMatchObject({ line: 2, column: 24, expression: '<+pipeline.variables.verison>' });
  });

  it('names the column alone in a text of one line', () => {
    const error = errorOf(() => resolve('v <+pipeline.variables.verison>'));
    expect(error.message).toContain('<+pipeline.variables.verison> (column 24): ');
    expect(error.details).toMatchObject({ line: 1, column: 24 });
  });

  it.each([
    ['<+pipelin.name>', 'there is no "pipelin"; known there: pipeline'],
    ['<+pipeline.variables.nothing.x>', 'pipeline.variables.nothing is null'],
    ['<+pipeline.name.x>', 'pipeline.name is a text without the member x'],
    ['<+pipeline.tags[2]>', 'pipeline.tags is a list without the item 2, it has 2'],
    ['<+pipeline.tags.get(2)>', 'pipeline.tags is a list without the item 2, it has 2'],
    ['<+trigger.header.get("x-event")>', 'trigger.header has no "x-event"; known there: X-Event'],
    ['<+json.select("a.b", "{}")>', 'json.select() finds nothing'],
    ['<+1 == 2 ? 1 : stage.x>', 'stage has no "x"'],
    ['<+stage.x ?? stage.y>', 'stage has no "y"'],
    ['<+secrets.getValue("nope")>', 'the secret nope is not there'],
    ['<+input>', 'a value for this runtime input must be given'],
  ])('is an error in %s', (text, message) => {
    const error = errorOf(() => resolve(text));
    expect(error.code).toBe('expression-unresolved');
    expect(error.message).toContain(message);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('holds for the name %s', (name) => {
    const texts = [`<+${name}>`, `<+pipeline.${name}>`, `<+pipeline["${name}"]>`, `<+pipeline.tags.${name}>`];
    for (const text of [...texts, `<+pipeline.get("${name}")>`, `<+{a: 1}.${name}>`]) {
      expect(errorOf(() => resolve(text)).code, text).toBe('expression-unresolved');
    }
  });

  it('is never the text "null": a null in a text is an error', () => {
    const error = errorOf(() => resolve('x <+pipeline.variables.nothing>'));
    expect(error).toMatchObject({ code: 'expression-failed' });
    expect(error.message).toContain('this is null');
  });

  it('may be asked for', () => {
    expect(resolve('<+stage.x ?? "other">')).toBe('other');
    expect(resolve('<+stage.x.y.trim() ?? "other">')).toBe('other');
    expect(resolve('<+stage.x == null>')).toBe(true);
    expect(resolve('<+empty(stage.x)>')).toBe(true);
    expect(resolve('<+pipeline.variables.empty ?: "other">')).toBe('other');
    expect(resolve('<+pipeline.variables.empty ?? "other">')).toBe('');
  });
});

describe('what cannot be read', () => {
  it.each([
    ['a <+pipeline.name', 'This <+ is not closed by a >', 1, 3],
    ['<+>', 'There is nothing in this <+ >', 1, 1],
    ['a\n<+1 +>', 'Here should be a value', 2, 6],
    ['<+"abc>', 'This quoted text does not end', 1, 3],
    ['<+a b>', 'Here should be an operator or the closing >', 1, 5],
    ['<+a.>', 'Here should be a name', 1, 5],
    ['<+[1, 2 3]>', 'Here should be a ]', 1, 9],
    ['<+a # b>', 'This sign is no part of an expression', 1, 5],
    ['<+exec("x")>', 'There is no function exec()', 1, 3],
    ['<+json.eval("x")>', 'There is no function json.eval()', 1, 8],
    ['<+a ? b>', 'Here should be a :', 1, 8],
  ])('is an error in %s', (text, message, line, column) => {
    const error = errorOf(() => compileTemplate(text));
    expect(error.code).toBe('expression-invalid');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ line, column });
  });
});

describe('a secret', () => {
  it('is passed on as it is', () => {
    expect(resolve('<+secrets.getValue("token")>')).toBeInstanceOf(Secret);
    expect(resolve('<+1 == 1 ? secrets.getValue("token") : "none">')).toBeInstanceOf(Secret);
    expect(resolve('<+[secrets.getValue("token")]>')).toEqual([expect.any(Secret)]);
  });

  it.each([
    'Bearer <+secrets.getValue("token")>',
    '<+"Bearer " + secrets.getValue("token")>',
    '<+"Bearer ".concat(secrets.getValue("token"))>',
    '<+"Bearer <+secrets.getValue("token")>">',
  ])('makes a secret of the text it is joined with: %s', (text) => {
    const value = resolve(text);
    expect(value).toBeInstanceOf(Secret);
    expect(`${value}`).toBe('Bearer [secret]');
  });

  it.each([
    '<+secrets.getValue("token").length()>',
    '<+secrets.getValue("token") == "x">',
    '<+secrets.getValue("token") =~ "h.*">',
    '<+"x" =^ secrets.getValue("token")>',
    '<+secrets.getValue("token") < "x">',
    '<+secrets.getValue("token")[0]>',
    '<+"x".contains(secrets.getValue("token"))>',
    '<+{a: 1}[secrets.getValue("token")]>',
    '<+secrets.getValue("token") ? 1 : 2>',
    '<+empty(secrets.getValue("token"))>',
    '<+json.format([secrets.getValue("token")])>',
    '<+[secrets.getValue("token")].join("")>',
    '<+[secrets.getValue("token")].contains("x")>',
    '<+regex.match("h", secrets.getValue("token"))>',
    'in a list: <+[secrets.getValue("token")]>',
  ])('tells nothing about itself: %s', (text) => {
    const error = errorOf(() => resolve(text));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toContain('it can only be passed on, or joined with text');
    expect(JSON.stringify([error.message, error.details])).not.toContain('hunter2');
  });
});
