/** How issue keys are told from other words. Every option is off by default. */
export interface IssueKeyRules {
  /**
   * Project keys that exist, in any case: keys of other projects are left out, and nothing of these is denied.
   * An empty list lets no key through.
   */
  projects?: readonly string[];
  /** Whether project keys may hold underscores, as Data Center allows. On by itself when one of `projects` does. */
  underscores?: boolean;
  /** Words that look like a project key but name a standard, upper-cased. Takes the place of the built-in list. */
  deny?: readonly string[];
}

/** Names of standards, encodings and catalogues that are written like issue keys: UTF-8, SHA-256, CVE-2021. */
const deniedProjects: readonly string[] =
  'AES ANSI ASCII BLAKE COVID CRC CVE CWE ECMA FIPS GPT HMAC HTTP HTTPS IEC IEEE ISO LATIN PEP PKCS RFC RIPEMD RSA SHA SSL TLS UCS UTF WINDOWS'.split(
    ' ',
  );

const denied: ReadonlySet<string> = new Set(deniedProjects);

/** Jira lets no project key and no issue number grow longer; it also bounds the work for one dash. */
const longestPart = 256;
const keyShape = /^[A-Z][A-Z0-9_]{1,255}-[1-9][0-9]{0,255}$/;

const underscore = 0x5f;
const isDigit = (code: number) => code >= 0x30 && code <= 0x39;
const isLetter = (code: number) => (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
const isWord = (code: number) => isLetter(code) || isDigit(code);

/** Whether the text is one issue key, upper-case as Jira writes it. Underscores are allowed, as on Data Center. */
export function isIssueKey(text: string): boolean {
  return keyShape.test(text);
}

/** The project key of an issue key: `MYT` of `MYT-12`. */
export function projectOf(issueKey: string): string {
  return issueKey.slice(0, issueKey.lastIndexOf('-'));
}

/** The end of the number that starts at `from`, or -1 when no issue number stands there alone. */
function endOfNumber(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (!isDigit(first) || first === 0x30) return -1;
  let end = from + 1;
  while (end - from <= longestPart && isDigit(text.charCodeAt(end))) end += 1;
  return end - from > longestPart || isWord(text.charCodeAt(end)) ? -1 : end;
}

/** The start of the run of key characters that ends before `end`, looked for no further than one past the longest. */
function startOfRun(text: string, end: number, underscores: boolean): number {
  let start = end;
  while (start > 0 && end - start <= longestPart) {
    const code = text.charCodeAt(start - 1);
    if (!isWord(code) && !(underscores && code === underscore)) break;
    start -= 1;
  }
  return start;
}

interface PreparedRules {
  underscores: boolean;
  allows(project: string): boolean;
  longestProject: number;
}

function prepareRules(rules: IssueKeyRules): PreparedRules {
  if (rules.projects === undefined) {
    const deny = rules.deny === undefined ? denied : new Set(rules.deny);
    return {
      underscores: rules.underscores ?? false,
      allows: (project) => !deny.has(project),
      longestProject: longestPart,
    };
  }
  const projects = new Set(rules.projects.map((project) => project.toUpperCase()));
  return {
    underscores: rules.underscores ?? rules.projects.some((project) => project.includes('_')),
    allows: (project) => projects.has(project),
    longestProject: Math.max(0, ...[...projects].map((project) => project.length)),
  };
}

/**
 * The project key that ends at `end`. Without underscores it is the whole run. With them it is the longest part of
 * the run after an underscore, or the whole, that the rules allow: `fix_JRA-7` is of FIX_JRA where that may exist.
 */
function findProject(text: string, end: number, rules: PreparedRules): string | undefined {
  const start = startOfRun(text, end, rules.underscores);
  for (let from = start; from < end; from += 1) {
    const atBoundary = from === start || text.charCodeAt(from - 1) === underscore;
    const fits = end - from >= 2 && end - from <= Math.min(longestPart, rules.longestProject);
    if (atBoundary && fits && isLetter(text.charCodeAt(from))) {
      const project = text.slice(from, end).toUpperCase();
      if (rules.allows(project)) return project;
    }
    if (!rules.underscores) break;
  }
  return undefined;
}

/**
 * A function that lists the issue keys in a text, upper-cased, each once, in order: for several texts with the same
 * rules. A key is a letter, then 1 to 255 letters and digits, a dash, and a number without a leading zero; no ASCII
 * letter or digit stands directly before or after it. Only ASCII counts, in either case. Each dash looks at no more
 * than the run before it and the number behind it, which no other dash looks at: the time is linear in the text.
 */
export function issueKeyFinder(rules: IssueKeyRules = {}): (text: string) => string[] {
  const prepared = prepareRules(rules);
  return (text) => {
    const keys = new Set<string>();
    for (let at = text.indexOf('-'); at !== -1; at = text.indexOf('-', at + 1)) {
      const end = endOfNumber(text, at + 1);
      if (end === -1) continue;
      const project = findProject(text, at, prepared);
      if (project !== undefined) keys.add(`${project}-${text.slice(at + 1, end)}`);
    }
    return [...keys];
  };
}

/** The issue keys in a text, as {@link issueKeyFinder} finds them. */
export function findIssueKeys(text: string, rules: IssueKeyRules = {}): string[] {
  return issueKeyFinder(rules)(text);
}
