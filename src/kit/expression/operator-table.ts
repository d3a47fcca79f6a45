import type { BinaryOperator } from './tree.ts';

interface OperatorEntry {
  operator: BinaryOperator | 'choice';
  /** The higher, the tighter it binds. */
  power: number;
  fromRight?: boolean;
}

/** Levels as in JEXL's syntax; `?`, `?:` and `??` share the lowest. */
const rows: [string, BinaryOperator | 'choice', number][] = [
  ['?', 'choice', 1],
  ['?:', 'elvis', 1],
  ['??', 'default', 1],
  ['|| or', 'or', 2],
  ['&& and', 'and', 3],
  ['== eq', 'equal', 4],
  ['!= ne', 'unequal', 4],
  ['=~', 'matches', 4],
  ['!~', 'matchesNot', 4],
  ['=^', 'startsWith', 4],
  ['!^', 'startsNotWith', 4],
  ['=$', 'endsWith', 4],
  ['!$', 'endsNotWith', 4],
  ['< lt', 'less', 5],
  ['<= le', 'atMost', 5],
  ['> gt', 'greater', 5],
  ['>= ge', 'atLeast', 5],
  ['+', 'plus', 6],
  ['-', 'minus', 6],
  ['*', 'times', 7],
  ['/ div', 'dividedBy', 7],
  ['% mod', 'remainder', 7],
];

/** The operators that stand between two values, by how they are written. */
export const operatorTable: ReadonlyMap<string, OperatorEntry> = new Map(
  rows.flatMap(([written, operator, power]) =>
    written
      .split(' ')
      .map((sign): [string, OperatorEntry] => [sign, { operator, power, fromRight: power === 1 }]),
  ),
);
