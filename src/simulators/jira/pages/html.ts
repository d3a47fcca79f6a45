/** Markup that is ready to be sent; everything else is escaped where it is put in. */
export interface Markup {
  markup: string;
}

type Part = Markup | Part[] | string | number | undefined;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) =>
  text.replace(/[&<>"']/g, (character) => entities[character] ?? character);

function render(part: Part): string {
  if (part === undefined) return '';
  if (Array.isArray(part)) return part.map(render).join('');
  return typeof part === 'object' ? part.markup : escapeHtml(String(part));
}

/** A template tag: what is put in is escaped, unless it is {@link Markup} itself. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return { markup: texts.map((text, index) => text + render(parts[index])).join('') };
}

/** A link to somewhere outside, or only its text when the address is no http(s) one. */
export function outsideLink(address: string, text: string): Markup {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return html`${text}`;
  return html`<a href="${address}" rel="noreferrer noopener">${text}</a>`;
}

/** A moment: for people, with the exact one for machines. */
export function moment(at: Date | string): Markup {
  const date = typeof at === 'string' ? new Date(at) : at;
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
