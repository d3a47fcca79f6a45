/** What a version of self-hosted Jira can do. */
export interface Version {
  text: string;
  numbers: number[];
  /** Since 11 Jira refuses user name and password in its API. */
  takesPasswords: boolean;
  /** Personal access tokens came with 8.14. */
  takesTokens: boolean;
  /** `issue/createmeta` for many projects at once was removed in 9. */
  hasOldCreateMeta: boolean;
  /** `issue/createmeta/{project}/issuetypes` came with 8.4. */
  hasNewCreateMeta: boolean;
  /** Since 11 an answer of search tells how far results can be paged. */
  tellsResultWindow: boolean;
  /** Since 10 webhooks are at another address, in another shape. */
  hasNewWebhooks: boolean;
}

/** Reads a version such as `10.3.24`. Throws a RangeError for what is none. */
export function readVersion(text: string): Version {
  if (!/^\d{1,3}(?:\.\d{1,4}){1,2}$/.test(text)) {
    throw new RangeError(`'${text}' is no version of Jira: give one such as 10.3.24`);
  }
  const numbers = text.split('.').map(Number);
  const [major = 0, minor = 0] = numbers;
  const since = (wantedMajor: number, wantedMinor = 0) =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  return {
    text,
    numbers,
    takesPasswords: !since(11),
    takesTokens: since(8, 14),
    hasOldCreateMeta: !since(9),
    hasNewCreateMeta: since(8, 4),
    tellsResultWindow: since(11),
    hasNewWebhooks: since(10),
  };
}
