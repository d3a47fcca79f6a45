import { z } from 'zod';

/** Hosts of Jira Cloud: there Jira stands at the root, and only https is spoken. */
const cloudHost = /\.(?:atlassian\.net|jira\.com)$/;

/** Where a page of Jira begins, behind its context path. `/jira/software/…` is Cloud's way at a custom domain. */
const pages =
  /\/(?:browse|secure|rest|projects|issues|plugins\/servlet|servicedesk\/customer|login\.jsp|jira\/(?:software|core|your-work|for-you|servicedesk\/projects))(?:[/?#]|$)|\/(?:(?:default|login|index)\.jsp)?[?#].*$/;

/** An address from the browser's bar, cut down to the base URL; what is none stays as it is. */
function cutToBase(given: string): string {
  const address = given.trim();
  const parsed = URL.parse(address);
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '') return address;
  if (cloudHost.test(parsed.hostname) && !isConfluence(parsed)) return `https://${parsed.host}`;
  const page = pages.exec(address);
  return (page === null ? address : address.slice(0, page.index)).replace(/\/+$/, '');
}

const isConfluence = ({ hostname, pathname }: URL) =>
  cloudHost.test(hostname) && /^\/wiki(?:\/|$)/.test(pathname);

/** What is wrong with a base URL, in words that name the right one; undefined when nothing is. */
function findFault(address: string): string | undefined {
  const parsed = URL.parse(address);
  // That it is no address at all has been said.
  if (parsed === null) return undefined;
  const { hostname, host, pathname, username, search, hash } = parsed;
  if (username !== '') return 'must hold no user name and no password: they belong to the user below';
  if (isConfluence(parsed)) return `is Confluence; Jira is at https://${host}`;
  if (/(?:^|\.)atlassian\.com$/.test(hostname)) {
    return `is a page of Atlassian's own (${hostname}${pathname}); give the address of your site, such as https://example.atlassian.net`;
  }
  if (search !== '' || hash !== '') return 'must hold no ? and no #: give the address up to there';
  return undefined;
}

/** The base URL of a Jira: cleaned of what a pasted page's address has too much, or refused with the right one. */
export const baseUrl = () =>
  z
    .url({
      protocol: /^https?$/,
      error: ({ input }) =>
        typeof input === 'string' && /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(input.trim())
          ? `must start with https://, as in https://${input.trim()}`
          : 'must be an address that starts with https:// or http://',
    })
    .overwrite(cutToBase)
    .superRefine((address, context) => {
      const message = findFault(address);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });

/** The address of a part of Atlassian's, or of what stands in for it. */
export const serviceUrl = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an address that starts with https:// or http://' })
    .refine((address) => /^[^?#@]*$/.test(address), 'must hold no user name, no ? and no #')
    .overwrite((address) => address.replace(/\/+$/, ''));
