/** Longer names are cut off by people's prompts and lists. */
const longestSuggestion = 80;
/** GitHub takes no more; a name is a file of git's besides, of which most systems take 255 bytes. */
const mostBytes = 244;

/** Letters that decomposing leaves as they are, as people without them on their keyboard write them. */
const spellings: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
};

/**
 * A name for the branch of an issue: `MYT-1-checkout-shows-the-total`. The key comes first, as it is; of the summary
 * come the words, in lower-case ASCII, as many as fit.
 */
export function suggestBranchName(issueKey: string, summary: string): string {
  const words = summary
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøłđðþı]/g, (letter) => spellings[letter] ?? '')
    .replace(/['’]/g, '')
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let name = issueKey;
  for (const word of words) {
    if (name.length + 1 + word.length > longestSuggestion) break;
    name = `${name}-${word}`;
  }
  return name;
}

/** What git refuses in the name of a branch, each with why: `git check-ref-format --branch`. */
const refusals: { refuses: (name: string) => boolean; why: string }[] = [
  { refuses: (name) => name === '', why: 'must not be empty' },
  {
    refuses: (name) => Buffer.byteLength(name) > mostBytes,
    why: `must not be longer than ${mostBytes} bytes`,
  },
  {
    refuses: (name) => /[\p{Cc}\p{Zs} ~^:?*[\\]/u.test(name),
    why: 'must hold no space, control character or any of ~ ^ : ? * [ \\',
  },
  { refuses: (name) => name.startsWith('-'), why: 'must not begin with a dash' },
  { refuses: (name) => /^\/|\/$|\/\//.test(name), why: 'must have something before and after each slash' },
  { refuses: (name) => /(^|\/)\./.test(name), why: 'must have no part that begins with a dot' },
  { refuses: (name) => /\.$|\.\./.test(name), why: 'must not end with a dot or hold two in a row' },
  { refuses: (name) => /\.lock(\/|$)/.test(name), why: 'must have no part that ends with .lock' },
  { refuses: (name) => name.includes('@{'), why: 'must not hold @{' },
  { refuses: (name) => name === 'HEAD', why: 'must not be HEAD' },
];

/** Why git would not take a name for a branch; undefined when it would. */
export function findNameRefusal(name: string): string | undefined {
  return refusals.find(({ refuses }) => refuses(name))?.why;
}
