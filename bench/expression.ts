// What an expression costs once it has been read, against a plain function of JavaScript that does the same.
// Wanted: at least 200,000 evaluations a second for each.
import {
  compileCondition,
  compileTemplate,
  type ExpressionMap,
  withMissingAsNull,
} from '../src/kit/expression/index.ts';

const rounds = 7;
const evaluations = 200_000;
const wanted = 200_000;

const roots: ExpressionMap = {
  pipeline: { name: 'Shop release', variables: { version: '4.2.0', tier: 'gold' } },
  issue: withMissingAsNull({ Status: 'Done', Priority: 'High', 'Story Points': 5 }),
};
const scope = { find: (root: string) => roots[root], now: () => new Date() };
const facts = {
  pipeline: { name: 'Shop release', variables: { version: '4.2.0', tier: 'gold' } },
  issue: { Status: 'Done', Priority: 'High', 'Story Points': 5 },
};

const inText = compileTemplate('Release <+pipeline.variables.version> of <+pipeline.name>');
const sole = compileTemplate('<+pipeline.variables.version>');
const method = compileTemplate('<+pipeline.variables.tier.toUpperCase().substring(0, 2)>');
const criterion = compileCondition(
  '<+issue.Status> == "Done" && <+issue."Story Points"> > 3 && <+issue.Priority> != "Low"',
);

const cases: [name: string, ours: () => unknown, bare: () => unknown][] = [
  [
    'two values in a text',
    () => inText.resolve(scope),
    () => `Release ${facts.pipeline.variables.version} of ${facts.pipeline.name}`,
  ],
  ['a sole value', () => sole.resolve(scope), () => facts.pipeline.variables.version],
  [
    'two methods',
    () => method.resolve(scope),
    () => facts.pipeline.variables.tier.toUpperCase().substring(0, 2),
  ],
  [
    'a criterion with &&',
    () => criterion.matches(scope),
    () => facts.issue.Status === 'Done' && facts.issue['Story Points'] > 3 && facts.issue.Priority !== 'Low',
  ],
];

/** Evaluations a second in the best of the rounds: the others were disturbed. */
function speed(evaluate: () => unknown): number {
  let best = 0;
  const seen = new Set<unknown>();
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    let last: unknown;
    for (let count = 0; count < evaluations; count += 1) last = evaluate();
    best = Math.max(best, evaluations / ((performance.now() - begun) / 1_000));
    seen.add(last);
  }
  if (seen.size !== 1) throw new Error('the rounds differ');
  return best;
}

const inMillions = (count: number) => (count / 1_000_000).toFixed(2).padStart(7);

for (const [name, ours, bare] of cases) {
  if (ours() !== bare()) throw new Error(`${name}: not the same as the bare function`);
  const [expression, closure] = [speed(ours), speed(bare)];
  const verdict = expression >= wanted ? '' : '  TOO SLOW';
  console.log(
    `${name.padEnd(22)} ${inMillions(expression)} million/s (wanted: ${(wanted / 1_000_000).toFixed(2)}), ` +
      `bare function ${inMillions(closure)} million/s, ratio ${(expression / closure).toFixed(4)}${verdict}`,
  );
}
