/**
 * What becomes of an entity before it is sent: a body and how to know it again, or the reasons why Jira cannot take it.
 * `issueKeys` and `services` are sent, `leftOutKeys` and `leftOutServices` are too many or too long for Jira,
 * `impossibleKeys` no Jira could know.
 */
export type Prepared =
  | {
      ready: true;
      wire: object;
      key: string;
      issueKeys: string[];
      leftOutKeys: string[];
      impossibleKeys: string[];
      services: string[];
      leftOutServices: string[];
    }
  | { ready: false; reasons: string[]; impossibleKeys: string[] };

/** The pattern of an issue key in the Builds and Deployments APIs. */
const issueKeyPattern = /^\w{1,255}-\d{1,255}$/;

/** Issue keys, each once, in order; `impossible` are those that no Jira could know, and for which Jira refuses the entity. */
export function sortIssueKeys(issueKeys: string[]): { possible: string[]; impossible: string[] } {
  const unique = [...new Set(issueKeys)];
  return {
    possible: unique.filter((key) => issueKeyPattern.test(key)),
    impossible: unique.filter((key) => !issueKeyPattern.test(key)),
  };
}

/** The composite key by which an answer names an entity, as one text. */
export const entityKey = (...parts: (string | number)[]): string => JSON.stringify(parts.map(String));

/** A URL cannot be cut: half an address leads elsewhere. So a longer one is a reason to refuse. */
export function tooLongUrls(urls: Record<string, string>, limit: number): string[] {
  return Object.entries(urls)
    .filter(([, url]) => url.length > limit)
    .map(([name, url]) => `${name} has ${url.length} characters; Jira takes ${limit}`);
}
