import { createHash } from 'node:crypto';

/** The one style sheet of the pages: light or dark as the reader likes it, narrow or wide. */
export const style = `
:root { color-scheme: light dark; --ground: light-dark(#f4f6f8, #14181c); --card: light-dark(#fff, #1d2329);
  --ink: light-dark(#1a2733, #e3e9ef); --quiet: light-dark(#51606e, #a3b1be); --line: light-dark(#d3dae1, #3a4550);
  --accent: light-dark(#0a5a7a, #6cc4e8); --on-accent: light-dark(#fff, #08222e);
  --bad: light-dark(#fdecea, #45191a); --bad-ink: light-dark(#7f1d1d, #ffd3cf); }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--ground);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
header { padding: 14px 20px; border-bottom: 1px solid var(--line); background: var(--card); font-weight: 700; }
main { width: 100%; max-width: 460px; margin: 0 auto; padding: 32px 20px 48px; }
h1 { margin: 0 0 16px; font-size: 26px; line-height: 1.25; }
h2 { margin: 0 0 10px; font-size: 18px; }
p { margin: 0 0 14px; }
section { margin-bottom: 20px; padding: 20px; border: 1px solid var(--line); border-radius: 8px; background: var(--card); }
section > :last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; }
input, select { display: block; width: 100%; margin: 4px 0 14px; padding: 9px 11px; border: 1px solid var(--quiet);
  border-radius: 6px; background: var(--ground); color: inherit; font: inherit; }
small { display: block; margin: -8px 0 14px; color: var(--quiet); font-size: 14px; }
button, .button { display: block; width: 100%; padding: 10px 16px; border: 1px solid var(--accent); border-radius: 6px;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; text-align: center;
  text-decoration: none; cursor: pointer; }
.plain { background: transparent; color: var(--accent); }
a { color: var(--accent); }
:is(a, button, input, select):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.bad { margin-bottom: 20px; padding: 12px 16px; border-radius: 8px; background: var(--bad); color: var(--bad-ink); }
.bad > :last-child { margin-bottom: 0; }
.quiet { color: var(--quiet); }
.list { margin: 0; padding: 0; list-style: none; }
.list a { display: block; padding: 9px 2px; border-top: 1px solid var(--line); }
code { padding: 1px 4px; border-radius: 4px; background: var(--ground); font: 14px ui-monospace, monospace; }
pre { margin: 0 0 14px; padding: 10px 12px; border-radius: 6px; background: var(--ground); white-space: pre-wrap; }
pre code { padding: 0; }
form + form { margin-top: 10px; }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 6px 16px; margin: 0 0 14px; }
dt { color: var(--quiet); }
dd { margin: 0; }
`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** No script, no frame, nothing from elsewhere, and only the style sheet above: Content Security Policy Level 3. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${styleHash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
