import { describe, expect, it } from 'vitest';
import { Secret } from '../../../kit/secret.ts';
import { documentOf, plainTextOf } from './plain-text.ts';
import { renderText } from './render-text.ts';

const document = (...content: object[]) => ({ type: 'doc', version: 1, content });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const text = (words: unknown) => ({ type: 'text', text: words });

describe('a text for Jira', () => {
  it('is Markdown: a document on Cloud, wiki text on a self-hosted Jira', () => {
    expect(renderText('**now**', 'markdown', '3')).toEqual(
      document(paragraph({ ...text('now'), marks: [{ type: 'strong' }] })),
    );
    expect(renderText('**now**', 'markdown', '2')).toBe('*now*');
  });

  it('is plain: what looks like markup is shown', () => {
    expect(renderText('*now*\n{then}', 'plain', '3')).toEqual(
      document(paragraph(text('*now*')), paragraph(text('{then}'))),
    );
    expect(renderText('*now*\n{then}', 'plain', '2')).toBe('\\*now*\n&#123;then}');
  });

  it('is passed on in the form that this Jira has', () => {
    const given = document(paragraph(text('as it is')));
    expect(renderText(JSON.stringify(given), 'adf', '3')).toEqual(given);
    expect(renderText(given, 'markdown', '3')).toEqual(given);
    expect(renderText('h1. *as it is*\r\nx', 'wiki', '2')).toBe('h1. *as it is*\nx');
  });

  it.each([
    ['{"type": "doc"', 'it is not JSON'],
    ['[]', 'type "doc"'],
    ['{"type":"doc","version":2,"content":[]}', 'version 1'],
  ])('is refused as a document: %s', (given, why) => {
    expect(() => renderText(given, 'adf', '3')).toThrow(
      expect.objectContaining({ code: 'request-invalid', message: expect.stringContaining(why) }),
    );
  });

  it.each([
    ['adf', '2', '{"type":"doc","version":1,"content":[]}'],
    ['wiki', '3', 'h1. x'],
  ] as const)('is refused in a form that the edition does not have: %s for version %s', (as, api, given) => {
    expect(() => renderText(given, as, api)).toThrow(
      expect.objectContaining({ code: 'jira-edition-unsuited' }),
    );
  });

  it('may be a secret, which stays one', () => {
    const secret = new Secret('hunter2');
    expect(renderText(secret, 'markdown', '2')).toBe(secret);
    const made = renderText(secret, 'markdown', '3');
    expect(made).toEqual(document(paragraph(text(secret))));
    expect(JSON.stringify(made)).not.toContain('hunter2');
  });

  it('loses what Jira cannot keep, and nothing else', () => {
    expect(renderText('a\u0000b\ud800\tc\r\nd', 'wiki', '2')).toBe('ab\ufffd\tc\nd');
  });
});

describe('a text from Jira', () => {
  it('is what was said, a line each paragraph', () => {
    expect(plainTextOf(documentOf('one\n\n*two*'))).toBe('one\n\n*two*');
    expect(plainTextOf('h1. wiki text as it is')).toBe('h1. wiki text as it is');
    expect(plainTextOf(null)).toBe('');
  });

  it('has the lines of lists and tables, and the words of what is not text', () => {
    const markdown = '- a\n- b **c**\n\n|x|y|\n|-|-|\n|1|2|\n\none\ntwo';
    expect(plainTextOf(renderText(markdown, 'markdown', '3'))).toBe('a\nb c\nx | y\n1 | 2\none\ntwo');
    const mention = { type: 'mention', attrs: { id: '1', text: '@Dana' } };
    const card = { type: 'inlineCard', attrs: { url: 'https://x.y' } };
    expect(plainTextOf(document(paragraph(mention, text(' see '), card)))).toBe('@Dana see https://x.y');
  });
});
