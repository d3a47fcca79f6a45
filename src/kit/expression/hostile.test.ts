import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TielineError } from '../errors.ts';
import { errorOf, testScope } from './fixtures/scopes.ts';
import { compileCondition, compileTemplate, type ExpressionValue, resolveAllBut } from './index.ts';

const times = (text: string, count: number) => text.repeat(count);
const deep = (levels: number): ExpressionValue => JSON.parse(times('[', levels) + times(']', levels));
const scope = testScope({
  big: 'a'.repeat(1_000_000),
  wide: Array.from({ length: 100_000 }, (_, at) => at),
  deep: deep(50_000),
  asDeep: deep(50_000),
});

describe('limits', () => {
  it.each([
    ['a text of more than 256 KiB', `<+1>${times('x', 262_144)}`],
    ['brackets in brackets', `<+${times('(', 65)}1${times(')', 65)}>`],
    ['expressions in expressions', `${times('<+', 100_000)}`],
    ['lists in lists', `<+${times('[', 100_000)}>`],
    ['one not after the other', `<+${times('!', 100_000)}true>`],
    ['choices in choices', `<+${times('true ? 1 : ', 20_000)}1>`],
    ['a long sum', `<+${times('1+', 100_000)}1>`],
    ['a long path', `<+a${times('.b', 100_000)}>`],
    ['a text that doubles and doubles', `<+"a"${times('.replace("a", "aa")', 30)}>`],
    ['one that a pattern makes grow', `<+big.replaceAll("", "${times('x', 1_000)}")>`],
    ['texts joined', '<+big + big>'],
    ['a text split into letters', '<+big.split("").size()>'],
    ['a large text again and again', `<+[${times('big.contains("b"), ', 5_000)}1]>`],
    ['a long list again and again', `<+[${times('wide.contains(-1), ', 500)}1]>`],
    ['a pattern that costs much', '<+big =~ "(a?){500}a{400}">'],
    ['values nested deeply', '<+deep == asDeep>'],
    ['many secrets in a text', times('<+secrets.getValue("token")>', 200)],
    ['many expressions in a text', times('<+[1,1,1,1,1]>', 18_000)],
  ])('stop %s', (_, text) => {
    expect(errorOf(() => compileTemplate(text).resolve(scope)).code).toBe('expression-too-large');
  });

  it.each([
    ['JSON of many levels', '<+json.format(deep)>', 'more than 200 levels'],
    ['XML of many levels', `<+xml.select("//b", "${times('<a>', 300)}")>`, 'more than 200 levels'],
    ['long XML', '<+xml.select("//b", big)>', 'XML may have 262144 characters'],
    ['a long path', '<+json.list(big, "{}")>', 'may have 1000 characters'],
    ['a long path of XML', '<+xml.select(big, "<a/>")>', 'may have 1000 characters'],
    ['a long pattern', `<+"a" =~ "${times('a', 1_001)}">`, 'may have 1000 characters'],
    ['a pattern that repeats too much', `<+"a" =~ "${times('(a{100}){9}', 6)}">`, 'repeats too much'],
  ])('refuse %s', (_, text, message) => {
    expect(errorOf(() => compileTemplate(text).resolve(scope)).message).toContain(message);
  });

  it('let through what is large and honest', () => {
    const text = `<+${times('(', 60)}big.length()${times(')', 60)} == 1000000 && ${times('true && ', 900)}true>`;
    expect(compileTemplate(text).resolve(scope)).toBe(true);
    expect(compileTemplate('<+big =~ "(a*)*b">').resolve(scope)).toBe(false);
    expect(compileTemplate('<+json.list("$..*", wide).size()>').resolve(scope)).toBe(100_000);
  });
});

describe('any text at all', () => {
  const pieces = fc.constantFrom(
    ...'<+ > ( ) [ ] { } . , : ? ?: ?? ?. == != =~ !~ =^ && || ! - + * / % and or not eq'.split(' '),
    ...'issue pipeline.name a "x" \' " \\ 1 2.5 null true json.select( regex.match( secrets.getValue('.split(
      ' ',
    ),
    ...'.get( .split( .replaceAll( currentDate() <+issue. [? (@ // @a ..*'.split(' '),
    ' ',
    '\n',
    '.x',
    'ü',
    '\ud800',
  );
  const garbage = fc.oneof(
    fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(pieces, { maxLength: 40 }).map((parts) => `<+${parts.join(' ')}>`),
    fc.string({ unit: 'binary', maxLength: 200 }),
  );
  const ours = (attempt: () => unknown) => {
    try {
      attempt();
    } catch (thrown) {
      if (!(thrown instanceof TielineError) || !thrown.code.startsWith('expression-')) throw thrown;
    }
  };

  it('gives a value or one of our errors', () => {
    fc.assert(
      fc.property(garbage, (text) => {
        ours(() => compileTemplate(text).resolve(scope));
        ours(() => compileCondition(text).matches(scope));
        ours(() => resolveAllBut(text, ['issue'], scope));
      }),
      { numRuns: 1_000 },
    );
  });

  it('may be a path of JSON or of XML, or a pattern', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 30 }), garbage), (text) => {
        const arguments_ = testScope({ text });
        ours(() => compileTemplate('<+json.list(text, \'{"a":[1,{"b":2}]}\')>').resolve(arguments_));
        ours(() => compileTemplate('<+xml.select(text, "<a><b x=\'1\'>t</b></a>")>').resolve(arguments_));
        ours(() => compileTemplate('<+xml.select("//a", text)>').resolve(arguments_));
        ours(() => compileTemplate('<+regex.replace(text, text, text)>').resolve(arguments_));
        ours(() => compileTemplate('<+currentTime().format(text)>').resolve(arguments_));
      }),
      { numRuns: 400 },
    );
  });
});
