import type { Route } from '../route.ts';

/** Colour and mark of the status icons that every self-hosted Jira brings along. */
const icons: Record<string, { colour: string; mark: string }> = {
  open: { colour: '#7a869a', mark: '<circle cx="8" cy="8" r="3"/>' },
  inprogress: { colour: '#0b57c2', mark: '<path d="M5 4l7 4-7 4z"/>' },
  resolved: { colour: '#1f845a', mark: '<path d="M3 8l2-2 2 2 4-5 2 2-6 7z"/>' },
  closed: { colour: '#505f79', mark: '<path d="M4 7h8v2H4z"/>' },
  reopened: { colour: '#b38600', mark: '<path d="M4 8l4-4v2h4v4H8v2z"/>' },
  down: { colour: '#c9372c', mark: '<path d="M6 3h4v5h3l-5 5-5-5h3z"/>' },
  generic: { colour: '#8590a2', mark: '<path d="M4 4h8v8H4z"/>' },
};

/** Pictures in place of Jira's own, at the same addresses. */
export function iconRoutes(): Route[] {
  return Object.entries(icons).map(([name, { colour, mark }]) => ({
    method: 'GET',
    path: `/images/icons/statuses/${name}.png`,
    handle: () => ({
      status: 200,
      headers: { 'content-type': 'image/svg+xml' },
      body: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${colour}"/><g fill="#fff">${mark}</g></svg>`,
    }),
  }));
}
