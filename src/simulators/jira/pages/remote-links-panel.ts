import type { RemoteLink } from '../data-center/remote-links.ts';
import { html, type Markup, outsideLink } from './html.ts';

interface Icon {
  url16x16?: string | null | undefined;
  title?: string | null | undefined;
}

function image(icon: Icon | null | undefined, otherwise: string): Markup | undefined {
  if (!icon?.url16x16) return undefined;
  const title = icon.title ?? otherwise;
  return html`<img src="${icon.url16x16}" width="16" height="16" alt="${title}" title="${title}">`;
}

function row({ object, application }: RemoteLink): Markup {
  const link = outsideLink(object.url, object.title);
  const shown = object.status?.resolved ? html`<s>${link}</s>` : link;
  return html`<li class="row"><span>${image(object.icon, application?.name ?? '')} ${shown}
<span class="dim">${object.summary ?? ''}</span></span>${image(object.status?.icon, '')}</li>`;
}

/** The links of an issue to things outside, grouped by their relationship, what is resolved struck through. */
export function remoteLinksPanel(links: RemoteLink[]): Markup {
  const groups = Map.groupBy(links, (link) => link.relationship || 'links to');
  const shown = [...groups].map(
    ([relationship, members]) =>
      html`<h3>${relationship}</h3><ul class="rows">${members.map((member) => row(member))}</ul>`,
  );
  return html`<section aria-labelledby="links"><h2 id="links">Issue links (${links.length})</h2>
${shown.length === 0 ? html`<p class="dim">Nothing yet.</p>` : shown}</section>`;
}
