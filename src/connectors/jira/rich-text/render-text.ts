import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import { type Fields, isFields } from '../json-fields.ts';
import { escapeWiki } from './escape-wiki.ts';
import { parseMarkdown } from './parse-markdown.ts';
import { documentOf, fitForJira } from './plain-text.ts';
import { toAdf } from './to-adf.ts';
import { toWiki } from './to-wiki.ts';

/** How a text is written: `adf` is the Atlassian Document Format as JSON, `wiki` Jira's own text markup. */
export type TextForm = (typeof textForms)[number];
export const textForms = ['markdown', 'plain', 'adf', 'wiki'] as const;

/**
 * A text as Jira's API takes it: version 3 a document, version 2 wiki text. A document that is given as an object is
 * passed on to version 3 whatever `as` says. A secret is one text without markup, the secret itself in its place.
 *
 * Atlassian Document Format: https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
 * @throws request-invalid for `adf` that is no document, and for Markdown that is too long
 * @throws jira-edition-unsuited where this Jira does not know the form
 */
export function renderText(value: string | Secret | Fields, as: TextForm, api: '2' | '3'): unknown {
  if (value instanceof Secret) return api === '3' ? secretDocument(value) : value;
  if (typeof value !== 'string' || as === 'adf') return readDocument(value, api);
  return renderers[as][api](value);
}

const renderers: Record<Exclude<TextForm, 'adf'>, Record<'2' | '3', (text: string) => unknown>> = {
  markdown: { '2': (text) => toWiki(parseMarkdown(text)), '3': (text) => toAdf(parseMarkdown(text)) },
  plain: { '2': (text) => escapeWiki(fitForJira(text)), '3': documentOf },
  wiki: { '2': fitForJira, '3': () => refuse('wiki text', 'Jira Cloud takes no wiki text') },
};

const secretDocument = (secret: Secret) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text: secret }] }],
});

function readDocument(value: string | Fields, api: '2' | '3'): unknown {
  if (api === '2') return refuse('ADF', 'a self-hosted Jira takes no documents');
  const read = typeof value === 'string' ? parseJson(value) : value;
  if (isFields(read) && read.type === 'doc' && read.version === 1 && Array.isArray(read.content)) return read;
  throw noDocument('it must be an object with type "doc", version 1 and a list named content');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    // Node's own words quote the text, which may hold what nobody should see.
    throw noDocument('it is not JSON', thrown);
  }
}

const noDocument = (why: string, cause?: unknown) =>
  new TielineError('request-invalid', `The text is no document of the Atlassian Document Format: ${why}`, {
    hint: 'Give a whole ADF document as JSON, or write the text as Markdown.',
    cause,
  });

function refuse(what: string, why: string): never {
  throw new TielineError('jira-edition-unsuited', `The text is written as ${what}: ${why}`, {
    hint: 'Write it as Markdown: it becomes what this Jira takes.',
  });
}
