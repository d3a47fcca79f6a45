/** Markup that is ready to be sent; everything else is escaped where it is put in. */
export interface Markup {
  markup: string;
}

type Part = Markup | Part[] | string | number;

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function render(part: Part): string {
  if (Array.isArray(part)) return part.map(render).join('');
  if (typeof part === 'object') return part.markup;
  return String(part).replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** A template tag: what is put in is escaped, unless it is {@link Markup} itself. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  return { markup: texts.map((text, index) => text + render(parts[index] ?? '')).join('') };
}

/** A moment: for people, with the exact one for machines. */
export function moment(at: number | string): Markup {
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}
