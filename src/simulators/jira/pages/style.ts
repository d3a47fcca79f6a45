import type { Markup } from './html.ts';

/** The pages' one style sheet: light and dark by the reader's preference, one column when narrow. */
export const style: Markup = {
  markup: `
:root { color-scheme: light dark; --page: #f7f8f9; --card: #fff; --text: #172b4d; --dim: #505f79; --line: #dcdfe4;
  --link: #0b57c2; --grey: #dfe1e6; --grey-text: #253858; --blue: #cce0ff; --blue-text: #09326c;
  --green: #baf3db; --green-text: #164b35; --red: #ffd5d2; --red-text: #5d1f1a; --amber: #f8e6a0; --amber-text: #533f04; }
@media (prefers-color-scheme: dark) { :root { --page: #161a1d; --card: #1d2125; --text: #dee4ea; --dim: #9fadbc;
  --line: #38414a; --link: #85b8ff; --grey: #454f59; --grey-text: #dee4ea; --blue: #09326c; --blue-text: #cce0ff;
  --green: #164b35; --green-text: #baf3db; --red: #5d1f1a; --red-text: #ffd5d2; --amber: #533f04; --amber-text: #f8e6a0; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 10px 16px; display: flex;
  flex-wrap: wrap; gap: 6px 12px; align-items: center; justify-content: space-between; }
header a { color: inherit; font-weight: 600; text-decoration: none; }
.mark { background: var(--amber); color: var(--amber-text); border-radius: 3px; padding: 2px 8px; font-size: 14px; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 16px 48px; }
h1 { font-size: 26px; line-height: 1.25; margin: 4px 0 12px; }
h2 { font-size: 18px; margin: 0 0 8px; }
h3 { font-size: 15px; margin: 14px 0 4px; color: var(--dim); font-weight: 600; }
.crumbs, .dim, dt { color: var(--dim); font-size: 14px; }
.columns { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
@media (min-width: 800px) { .columns { grid-template-columns: minmax(0, 5fr) minmax(0, 4fr); align-items: start; } }
.stack { display: grid; gap: 16px; min-width: 0; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; min-width: 0; }
section > p:last-child { margin-bottom: 0; }
ul.rows { list-style: none; margin: 0; padding: 0; }
ul.rows > li { padding: 8px 0; border-top: 1px solid var(--line); }
ul.rows > li:first-child { border-top: 0; }
.row { display: flex; flex-wrap: wrap; gap: 4px 10px; align-items: baseline; justify-content: space-between; }
.row > :first-child { min-width: 0; }
.state { border-radius: 3px; padding: 1px 7px; font-size: 13px; font-weight: 600; white-space: nowrap; }
.grey { background: var(--grey); color: var(--grey-text); } .blue { background: var(--blue); color: var(--blue-text); }
.green { background: var(--green); color: var(--green-text); } .red { background: var(--red); color: var(--red-text); }
.amber { background: var(--amber); color: var(--amber-text); }
.label { border: 1px solid var(--line); border-radius: 3px; padding: 0 6px; font-size: 14px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 16px; margin: 0; }
dd { margin: 0; }
code { font: 14px ui-monospace, SFMono-Regular, Menlo, monospace; }
`,
};
