/** Markup that may be sent as it is; every other text is escaped where it is put in. */
export interface Markup {
  readonly markup: string;
}

type Content = Markup | readonly Content[] | string | undefined;

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function toMarkup(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return content.replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
  return 'markup' in content ? content.markup : content.map(toMarkup).join('');
}

/** A template tag for HTML: what is put in is escaped unless it is {@link Markup}. */
export const html = (texts: TemplateStringsArray, ...contents: Content[]): Markup => ({
  markup: texts.reduce((whole, text, index) => whole + toMarkup(contents[index - 1]) + text),
});
