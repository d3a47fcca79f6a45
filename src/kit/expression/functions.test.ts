import { describe, expect, it } from 'vitest';
import { errorOf, testScope } from './fixtures/scopes.ts';
import { compileTemplate } from './index.ts';

const shop =
  '{"items":[{"name":"tea","price":3},{"name":"cup","price":9}],"a.b":{"c":null},"list":[1,2,3,4],"key":"MYT-1"}';
const xml =
  '<shop><item id="1"><name>tea</name></item><item id="2"><name>cup &amp; saucer</name></item><x:n xmlns:x="u">q</x:n></shop>';
const resolve = (expression: string) =>
  compileTemplate(`<+${expression}>`).resolve(testScope({ texts: { shop, xml, list: [1, 'two', true] } }));

describe('the methods', () => {
  it.each([
    ['"Shop".toLowerCase()', 'shop'],
    ['"Shop".toUpperCase()', 'SHOP'],
    ['"  a ".trim()', 'a'],
    ['"a:b::".split(":")', ['a', 'b']],
    ['"a1b22c".split("[0-9]+")', ['a', 'b', 'c']],
    ['"a:b:c".split(":", 2)', ['a', 'b:c']],
    ['"a:b:".split(":", -1)', ['a', 'b', '']],
    ['"ab".split("")', ['a', 'b']],
    ['"a.b.c".replace(".", "-")', 'a-b-c'],
    ['"ab".replace("", "-")', '-a-b-'],
    ['"$1".replace("$1", "$&")', '$&'],
    ['"v1.2".replaceAll("(\\d)\\.(\\d)", "$2.$1")', 'v2.1'],
    ['"aaa".replaceFirst("a", "b")', 'baa'],
    [`"ab".replaceAll("(?P<x>a)", "[\${x}]\\\\$")`, '[a]$b'],
    ['"abc".contains("b")', true],
    ['"abc".startsWith("ab")', true],
    ['"abc".endsWith("ab")', false],
    ['"abcd".substring(1, 3)', 'bc'],
    ['"abcd".substring(2)', 'cd'],
    ['"abcb".indexOf("b")', 1],
    ['"abcb".indexOf("b", 2)', 3],
    ['"abcb".lastIndexOf("b")', 3],
    ['"abc".length()', 3],
    ['"".isEmpty()', true],
    ['"a".equals("A")', false],
    ['"5".equals(5)', false],
    ['"a".equalsIgnoreCase("A")', true],
    ['"a".concat("b").concat(3)', 'ab3'],
    ['"abc".matches("a.c")', true],
    ['"abc".charAt(1)', 'b'],
    ['texts.list.size()', 3],
    ['texts.list.get(1)', 'two'],
    ['texts.list.contains("two")', true],
    ['texts.list.isEmpty()', false],
    ['texts.list.indexOf(true)', 2],
    ['texts.list.join(" / ")', '1 / two / true'],
    ['{a: 1, b: 2}.get("b")', 2],
    ['{a: 1}.getOrDefault("x", 9)', 9],
    ['{a: 1}.containsKey("a")', true],
    ['{a: 1, b: 2}.keySet()', ['a', 'b']],
    ['{a: 1, b: 2}.values()', [1, 2]],
    ['{a: 1, b: 2}.size()', 2],
    ['(3.7).intValue()', 3],
    ['(5).toString().concat("x")', '5x'],
  ])('%s', (expression, expected) => {
    expect(resolve(expression)).toEqual(expected);
  });

  it.each([
    ['"a".exec()', 'a text has no method exec(); there are toLowerCase,'],
    ['(5).trim()', 'a number has no method trim()'],
    ['"a".constructor("x")', 'a text has no method constructor()'],
    ['"a".__proto__()', 'a text has no method __proto__()'],
    ['[1].map(1)', 'a list has no method map()'],
    ['"abc".substring(4)', 'place 4 is outside of the text'],
    ['"abc".charAt(3)', 'outside of the text'],
    ['"abc".substring(2, 1)', 'the end 1 is before the beginning 2'],
    ['"a".trim("x")', 'trim() takes 0 arguments, not 1'],
    ['"a".substring("x")', 'Argument 1 needs a whole number, and this is a text'],
    ['"a".replaceAll("a", "$1")', 'no group 1'],
    ['"a".replaceAll("a", "$")', 'a $ of a replacement'],
  ])('%s is an error', (expression, message) => {
    const error = errorOf(() => resolve(expression));
    expect(error.code).toBe('expression-failed');
    expect(error.message).toContain(message);
  });
});

describe('dates', () => {
  it.each([
    ['currentDate()', '2028-01-31'],
    ['currentTime()', '2028-01-31T22:30:05.250Z'],
    ['currentDate().plusDays(1)', '2028-02-01'],
    ['currentDate().plusMonths(1)', '2028-02-29'],
    ['currentDate().plusMonths(13).minusYears(1)', '2028-02-28'],
    ['currentDate().minusWeeks(1)', '2028-01-24'],
    ['currentTime().plusHours(2).minusMinutes(30).plusSeconds(5)', '2028-02-01T00:00:10.250Z'],
    ['currentTime().toLocalDate()', '2028-01-31'],
    [`currentTime().format("dd.MM.yy HH:mm:ss 'o''clock'")`, "31.01.28 22:30:05 o'clock"],
    ['datetime.currentDate().getYear()', 2028],
    ['currentDate().isBefore(currentTime())', true],
    ['datetime.parse("2026-11-22T10:00:00.000+0200").toEpochMilli()', 1795334400000],
    ['"due " + currentDate()', 'due 2028-01-31'],
  ])('%s', (expression, expected) => {
    expect(resolve(expression)).toBe(expected);
  });

  it.each([
    ['currentDate().plusHours(1)', 'a day has no time'],
    ['currentDate().plusYears(9000)', 'outside of the years'],
    ['currentTime().format("QQQ")', 'a format has no letters QQQ'],
    ['datetime.parse("yesterday")', 'a date is written as'],
  ])('%s is an error', (expression, message) => {
    expect(errorOf(() => resolve(expression)).message).toContain(message);
  });
});

describe('JSON', () => {
  it.each([
    ['json.select("key", texts.shop)', 'MYT-1'],
    ['json.select("$.items[1].name", texts.shop)', 'cup'],
    ['json.select("items[-1].price", texts.shop)', 9],
    [`json.select("['a.b']", texts.shop)`, { c: null }],
    [`json.select("$.items[?(@.name == 'cup')].price", texts.shop)`, 9],
    ['json.list("$..name", texts.shop)', ['tea', 'cup']],
    ['json.list("items[*].price", texts.shop)', [3, 9]],
    ['json.list("list[1:3]", texts.shop)', [2, 3]],
    ['json.list("list[0,3]", texts.shop)', [1, 4]],
    ['json.list("list", texts.shop)', [1, 2, 3, 4]],
    ['json.list("key", texts.shop)', ['MYT-1']],
    ['json.list("$..nothing", texts.shop)', []],
    ['json.select("items[0].id", trigger.payload)', 7],
    ['json.object(texts.shop).items[0].name', 'tea'],
    ['json.format({a: [1, "x", null]})', '{"a":[1,"x",null]}'],
  ])('%s', (expression, expected) => {
    expect(resolve(expression)).toEqual(expected);
  });

  it.each([
    ['json.select("$..name", texts.shop)', 'the path finds 2 values'],
    ['json.select("a", "no json")', 'the text is no JSON'],
    ['json.object("[1]")', 'the JSON of a map'],
    ['json.select("$[(@.length-1)]", texts.shop)', 'the path cannot be read'],
    ['json.select("$.items[?(@.price > process.exit())]", texts.shop)', 'the path cannot be read'],
    ['json.select("$.items^", texts.shop) ?? 1 == 2', ''],
  ])('%s is an error, or nothing', (expression, message) => {
    if (message === '') expect(resolve(expression)).toBe(false);
    else expect(errorOf(() => resolve(expression)).message).toContain(message);
  });

  it('reads a value named __proto__ as any other', () => {
    expect(resolve(`json.object('{"__proto__": {"x": 1}}')["__proto__"].x`)).toBe(1);
    expect(errorOf(() => resolve('{a: 1}.x')).code).toBe('expression-unresolved');
  });
});

describe('XML', () => {
  it.each([
    ['xml.select("/shop/item/name", texts.xml)', 'tea'],
    ['xml.select("//item[2]/name/text()", texts.xml)', 'cup & saucer'],
    [`xml.select("//item[@id='2']/name", texts.xml)`, 'cup & saucer'],
    [`xml.select("//item[name='tea']/@id", texts.xml)`, '1'],
    ['xml.select("/shop/*[last()]", texts.xml)', 'q'],
    ['xml.select("//x:n", texts.xml)', 'q'],
    [`xml.select("//name[.='tea']", texts.xml)`, 'tea'],
  ])('%s', (expression, expected) => {
    expect(resolve(expression)).toBe(expected);
  });

  it.each([
    ['xml.select("//nothing", texts.xml)', 'xml.select() finds nothing'],
    ['xml.select("count(//a)", texts.xml)', 'the path cannot be read'],
    ['xml.select("//item[position() > 1]", texts.xml)', 'of the path cannot be read'],
    ['xml.select("/a", "<a><b></a>")', 'the text is no XML'],
    [
      `xml.select("/a", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>')`,
      'with a DOCTYPE',
    ],
  ])('%s is an error', (expression, message) => {
    expect(errorOf(() => resolve(expression)).message).toContain(message);
  });
});

describe('regular expressions', () => {
  it.each([
    ['regex.extract("[0-9]*", "build-webservices-3935-0.noarch.rpm")', '3935'],
    ['regex.extract("[0-9]+", "build-webservices-3935-0.noarch.rpm")', '3935'],
    ['regex.extract("[0-9]+", "build-webservices.noarch.rpm")', ''],
    ['regex.replace("[0-9]+", "n", "a1b22")', 'anbn'],
    ['regex.match("[0-9]", "a1b22")', true],
    ['regex.match("^[0-9]$", "a1b22")', false],
  ])('%s', (expression, expected) => {
    expect(resolve(expression)).toBe(expected);
  });
});
