// The key scan, all rules on, against a bare expression on the same text.
// Wanted: at least 100 MB/s on commit messages, and half of that on hostile text.
import { issueKeyFinder } from '../src/kit/issue-keys.ts';

const rounds = 7;
const wantedMegabytes = 100;
/** What anyone would write first. It has no deny list, no project filter and no longest key. */
const bare = /\b[A-Z][A-Z0-9]+-\d+\b/g;

const subjects = [
  'MYT-12 round totals once, at the end (fixes MYT-7)',
  'Merge pull request #482 from shop/feature/OPS-31-retry-on-429',
  'fix(checkout): use UTF-8 everywhere, SHA-256 for the cache key [MYT-1204]',
  'Bump undici from 8.12.3 to 8.12.4 in /console',
  'Revert "chore: drop the old price service" - it is still read by pre-prod-2',
];
const body =
  '\n\nThe pricing service rounds at the last step only, so the basket must not round before it.\n' +
  'Co-authored-by: Dana Example <dana@shop.example>\nChange-Id: I7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c\n';
const message = subjects.map((subject) => subject + body).join('\n');

const fill = (unit: string, bytes: number) => unit.repeat(Math.ceil(bytes / unit.length)).slice(0, bytes);

const megabytes = 4;
const size = megabytes * 1024 * 1024;
const texts = {
  'commit messages': fill(message, size),
  'hostile: 20 KB of A': fill(`${'A'.repeat(20_000)} `, size),
  'hostile: A-1A-1A-1': fill('A-1', size),
  'hostile: 20 KB of A1-': fill(`${'A1'.repeat(10_000)}-`, size),
  'hostile: dashes': fill('-', size),
};

const find = issueKeyFinder({ projects: ['MYT', 'OPS', 'SHOP', 'PAY_EU'] });

/** Megabytes a second in the best of the rounds: the others were disturbed. */
function speed(scan: () => unknown): number {
  let best = 0;
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    scan();
    best = Math.max(best, megabytes / ((performance.now() - begun) / 1_000));
  }
  return best;
}

for (const [name, text] of Object.entries(texts)) {
  const ours = speed(() => find(text));
  const theirs = speed(() => text.match(bare)?.length);

  const wanted = name.startsWith('hostile') ? wantedMegabytes / 2 : wantedMegabytes;
  console.log(
    `${name.padEnd(22)} ${ours.toFixed(0).padStart(5)} MB/s (wanted: ${wanted}), bare expression ` +
      `${theirs.toFixed(0).padStart(5)} MB/s, ratio ${(ours / theirs).toFixed(2)}`,
  );
}
