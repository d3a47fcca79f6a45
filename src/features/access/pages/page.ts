import type { FastifyReply } from 'fastify';
import type { TielineError } from '../../../kit/errors.ts';
import { html, type Markup } from './markup.ts';
import { contentSecurityPolicy, style } from './style.ts';

/** A whole page. */
function pageOf(title: string, main: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Tieline</title>
<style>${{ markup: style }}</style>
</head>
<body>
<header>Tieline</header>
<main>
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`.markup;
}

/** Sends a page that no cache keeps and no other site may frame. */
export function sendPage(reply: FastifyReply, status: number, title: string, main: Markup): FastifyReply {
  return reply
    .status(status)
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      // An Origin that says "null" would come with `no-referrer`.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    })
    .send(pageOf(title, main));
}

/** What went wrong and what to do, above a form. */
export function errorBox(error: TielineError | undefined): Markup {
  if (error === undefined) return html``;
  return html`<div class="bad" role="alert"><p>${error.message}.</p><p>${error.hint}</p></div>`;
}

/** A field with its label. `type` decides what keyboards and password managers offer. */
export function field(options: {
  name: string;
  label: string;
  type: 'email' | 'password' | 'text';
  autocomplete: string;
  value?: string;
  note?: string;
  autofocus?: boolean;
}): Markup {
  const { name, label, type, autocomplete, value, note, autofocus } = options;
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" autocomplete="${autocomplete}" required${
    value === undefined ? undefined : html` value="${value}"`
  }${note === undefined ? undefined : html` aria-describedby="${name}-note"`}${
    autofocus === true ? html` autofocus` : undefined
  }>
${note === undefined ? undefined : html`<small id="${name}-note">${note}</small>`}`;
}
