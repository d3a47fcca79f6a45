import type { World } from '../world.ts';
import { html, type Markup } from './html.ts';
import { style } from './style.ts';

/** The path below which the pages are: empty, or the context path. */
export const pathBefore = (world: World): string => new URL(world.siteUrl()).pathname.replace(/\/$/, '');

/** Where the script of pages that follow what happens is; the simulator's own address, whatever the context path. */
export const liveScriptPath = '/_simulator/live.js';

/**
 * A whole page. Its mark says on every page that this is no real Jira. With `live`, the address of the same page once
 * more, it shows by itself what has changed.
 */
export function layout(world: World, title: string, main: Markup, live?: string): string {
  const site = world.seed.name;
  const script =
    live === undefined
      ? undefined
      : html`<script src="${liveScriptPath}" data-page="${live}" defer></script>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - ${site} (simulated)</title>
<style>${style}</style>
${script}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a href="${pathBefore(world)}/">${site}</a>
<span class="mark">Simulated Jira: nothing here is real</span>
</header>
<main id="main">
${main}
</main>
</body>
</html>
`;
  return page.markup;
}

const colours: Record<string, string> = {
  'To Do': 'grey',
  'In Progress': 'blue',
  Done: 'green',
  pending: 'grey',
  in_progress: 'blue',
  successful: 'green',
  failed: 'red',
  cancelled: 'grey',
  rolled_back: 'amber',
  unknown: 'grey',
  OPEN: 'blue',
  DRAFT: 'grey',
  MERGED: 'green',
  DECLINED: 'red',
  UNKNOWN: 'grey',
  APPROVED: 'green',
  UNAPPROVED: 'grey',
  NEEDSWORK: 'amber',
};

/** A state as a word on a colour; the word alone says it. */
export function stateMark(state: string): Markup {
  const words = state.replaceAll('_', ' ').toLowerCase();
  // An issue's status is shown as it was written.
  const shown = /^[A-Z][a-z]/.test(state) ? state : words.charAt(0).toUpperCase() + words.slice(1);
  return html`<span class="state ${colours[state] ?? 'grey'}">${shown}</span>`;
}
