/** What bounds an expression, so that none of them ends in a hang. */
export const limits = {
  /** Characters of a text in which expressions stand: 256 KiB. */
  text: 262_144,
  /** Brackets, `<+ >` and prefixes within each other. */
  nesting: 64,
  /** Operators and members in one chain. The evaluator goes down a chain by recursion, which costs stack. */
  chain: 1_000,
  /** Characters of any value that an evaluation makes: 1 MiB. */
  result: 1_048_576,
  /** Steps of one evaluation: one for each node, and by size where a whole text or list is gone through. */
  steps: 100_000,
  /** Characters of a regular expression, a path or a format, and instructions that a regular expression may become. */
  pattern: 1_000,
  patternSize: 5_000,
  /** Levels of JSON and XML that a function reads. */
  depth: 200,
  /** Steps for a secret that is joined with text. */
  secretSteps: 1_000,
  /** Steps for each match of a regular expression. */
  matchSteps: 0.2,
  /** Different secrets that one text may name. */
  secrets: 50,
} as const;
