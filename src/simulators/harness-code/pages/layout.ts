import { html, type Markup } from './html.ts';

/** Light and dark by the reader's preference; one column, so that it fits a narrow screen. */
const style: Markup = {
  markup: `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1c2430; --dim: #566070; --line: #d9dee6;
  --link: #0a58b8; --grey: #e1e5ec; --grey-text: #2b3442; --green: #c3efd6; --green-text: #10492e;
  --violet: #e2d9fb; --violet-text: #3d2478; --red: #ffd8d4; --red-text: #611d17; --amber: #f8e6a0; --amber-text: #4f3c04; }
@media (prefers-color-scheme: dark) { :root { --page: #15181d; --card: #1d2229; --text: #dfe5ee; --dim: #a0abba;
  --line: #373f4a; --link: #86b7ff; --grey: #434c59; --grey-text: #e3e8ef; --green: #14492f; --green-text: #c3efd6;
  --violet: #3f2a78; --violet-text: #e2d9fb; --red: #611d17; --red-text: #ffd8d4; --amber: #4f3c04; --amber-text: #f8e6a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 10px 16px; display: flex;
  flex-wrap: wrap; gap: 6px 12px; align-items: center; justify-content: space-between; }
header a { color: inherit; font-weight: 600; text-decoration: none; }
.mark { background: var(--amber); color: var(--amber-text); border-radius: 3px; padding: 2px 8px; font-size: 14px; }
main { max-width: 900px; margin: 0 auto; padding: 20px 16px 48px; display: grid; gap: 16px;
  grid-template-columns: minmax(0, 1fr); }
h1 { font-size: 25px; line-height: 1.25; margin: 0; }
h2 { font-size: 18px; margin: 0 0 8px; }
.dim, dt { color: var(--dim); font-size: 14px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; }
ul { list-style: none; margin: 0; padding: 0; }
li { padding: 8px 0; border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
.row { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; justify-content: space-between; }
.row > :first-child { min-width: 0; }
.state { border-radius: 3px; padding: 1px 7px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.grey { background: var(--grey); color: var(--grey-text); } .green { background: var(--green); color: var(--green-text); }
.violet { background: var(--violet); color: var(--violet-text); } .red { background: var(--red); color: var(--red-text); }
.amber { background: var(--amber); color: var(--amber-text); }
code { font: 14px ui-monospace, SFMono-Regular, Menlo, monospace; }
pre { font: 13px/1.45 ui-monospace, SFMono-Regular, Menlo, monospace; margin: 0; overflow-x: auto; }
p { margin: 0 0 8px; white-space: pre-line; } p:last-child { margin-bottom: 0; }
`,
};

const colours: Record<string, string> = {
  open: 'green',
  draft: 'grey',
  merged: 'violet',
  closed: 'red',
  approved: 'green',
  changereq: 'amber',
  archived: 'amber',
};
const words: Record<string, string> = { changereq: 'changes requested', reviewed: 'commented' };

/** A state as a word on a colour; the word alone says it. */
export function stateMark(state: string): Markup {
  return html`<span class="state ${colours[state] ?? 'grey'}">${words[state] ?? state}</span>`;
}

/** A whole page. Its mark says on every page that this is no real host. */
export function layout(title: string, main: Markup): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - Harness Code (simulated)</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<a href="/">Repositories</a>
<span class="mark">Simulated Harness Code: nothing here is real</span>
</header>
<main id="main">
${main}
</main>
</body>
</html>
`.markup;
}
