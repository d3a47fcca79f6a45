/**
 * What Jira would read as markup, each alternative with what must stand around it. Linear: no alternative looks further
 * than over blanks at the beginning of its line.
 */
const special = new RegExp(
  [
    // A bare address, which Jira reads before any markup: left as it is.
    String.raw`\b(?:https?|ftps?):\/\/(?:[a-z0-9\-._~:/?#@!$'*+,;=%]|&(?!#\d+;|#x[\da-f]+;|[a-z]\w*;))+`,
    // Macros, links, cells; a backslash hides what follows it, and two of them break the line.
    String.raw`[{[|\\]`,
    // An entity of HTML.
    String.raw`&(?=#\d+;|#x[\da-f]+;|[a-z]\w*;)`,
    // Lists and rules, at the beginning of a line.
    String.raw`(?=[*#-])(?<=^[ \t]*)[*#-]+(?=\s|$)`,
    String.raw`\.(?<=^[ \t]*(?:h[1-6]|bq)\.)`,
    // Emoticons.
    '(?<=[:;]-?)[()]',
    String.raw`(?<=(?<![\p{L}\p{Nd}]):-?)[dp]`,
    String.raw`\((?=(?:[yni/x!+\-?*]|on|off|\*[rgby]|flag|flagoff)\))`,
    // A citation.
    String.raw`\?(?=\?)|(?<=\?)\?`,
    // Phrases: opened where no letter or digit is before and no blank after.
    String.raw`(?<![\p{L}\p{Nd}])[*_\-+^~!](?=\S|$(?!\n))`,
  ].join('|'),
  'gimu',
);

/** Within a phrase each of these might end it. */
const specialInPhrase = /[{}[\]|\\*_\-+^~!?]|&(?=#\d+;|#x[\da-f]+;|[a-z]\w*;)/gi;

/**
 * Those that a backslash does not hide: Jira sets braces free again before it looks for `{{code}}`, and divides the rows of
 * a table by any bar. Entities are read last of all.
 */
const asEntity = /^[\\&.dp{}|]$/i;

/** What an address that goes on in such a character would swallow of its escape. */
const endsUrl = /^[{[|\\]/;

const hide = (found: string, at: number, text: string): string => {
  if (found.includes('://')) return endsUrl.test(text.charAt(at + found.length)) ? `[${found}]` : found;
  if (found === '&') return '&amp;';
  if (asEntity.test(found)) return `&#${found.codePointAt(0)};`;
  return found.replaceAll(/./gsu, (character) => `\\${character}`);
};

/**
 * A text as wiki text that shows it as it is. Only what Jira would take for markup is escaped: `a-b` and `2 * 3` stay, and
 * so do addresses.
 *
 * Text formatting notation of Jira: https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
 */
export const escapeWiki = (text: string): string => text.replaceAll(special, hide);

/** The same for a text within a phrase such as `*…*` or `[…|…]`: every mark is escaped. */
export const escapeWikiPhrase = (text: string): string => text.replaceAll(specialInPhrase, hide);
