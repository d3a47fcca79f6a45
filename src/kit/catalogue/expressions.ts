import { type CatalogueEntry, entry } from './entry.ts';

/** Expressions of steps and criteria. */
export const expressionErrors = {
  'expression-invalid': entry(
    422,
    'never',
    'An expression cannot be read',
    'Correct it at the line and column that the message names.',
  ),
  'expression-unresolved': entry(
    422,
    'never',
    'An expression names something that is not there',
    'Correct the name; the message says what is known in its place. Use ?? for what may be absent.',
  ),
  'expression-failed': entry(
    422,
    'never',
    'An expression cannot be worked out',
    'See what the message says of the value, and correct the expression or the value.',
  ),
  'expression-too-large': entry(
    422,
    'never',
    'An expression is too large',
    'Make it shorter or flatter, or let the pipeline work out a part of it first.',
  ),
} as const satisfies Record<string, CatalogueEntry>;
