import { JqlError, type Token, tokenize } from './jql-tokens.ts';

export { JqlError } from './jql-tokens.ts';

/** One restriction. */
export interface Clause {
  /** In small letters. */
  field: string;
  /** The field as it was written: property keys tell letters apart. */
  written: string;
  operator: '=' | '!=' | 'in' | 'not in' | '>=' | '>' | '<=' | '<' | '~' | '!~' | 'is' | 'is not';
  values: string[];
}

/** What must hold. */
export type Condition = Clause | { and: Condition[] } | { or: Condition[] } | { not: Condition };

/** A query as the simulator understands it. Without a condition it finds everything. */
export interface Query {
  where?: Condition;
  order: { field: string; descending: boolean }[];
}

const operators = new Set(['=', '!=', '>=', '>', '<=', '<', '~', '!~']);
/** Nobody nests deeper; a query that does must not end the process. */
const deepest = 50;

/** Every restriction of a query, in the order in which they were written. */
export function listClauses({ where }: Pick<Query, 'where'>): Clause[] {
  if (where === undefined) return [];
  if ('and' in where) return where.and.flatMap((one) => listClauses({ where: one }));
  if ('or' in where) return where.or.flatMap((one) => listClauses({ where: one }));
  return 'not' in where ? listClauses({ where: where.not }) : [where];
}

/** Parses JQL: restrictions with AND, OR, NOT and brackets, then an ORDER BY of at most 7 fields. */
export function parseJql(jql: string): Query {
  const tokens = tokenize(jql);
  let at = 0;
  const peek = () => tokens[at];
  const isWord = (...words: string[]) =>
    peek()?.quoted === false && words.includes(peek()?.text.toLowerCase() ?? '');
  const skip = (...words: string[]) => {
    const found = isWord(...words);
    if (found) at++;
    return found;
  };
  const next = (what: string): Token => {
    const found = tokens[at++];
    if (found === undefined) throw new JqlError(`Error in the JQL Query: Expecting ${what} but got the end.`);
    return found;
  };
  const expect = (text: string) => {
    const found = next(`'${text}'`);
    if (found.quoted || found.text.toLowerCase() !== text) {
      throw new JqlError(`Error in the JQL Query: Expecting '${text}' but got '${found.text}'.`);
    }
  };

  function readList(): string[] {
    expect('(');
    const values = [next('a value').text];
    while (skip(',')) values.push(next('a value').text);
    expect(')');
    return values;
  }

  function readEmpty(): string[] {
    const { text } = next("'EMPTY'");
    if (/^(?:empty|null)$/i.test(text)) return [];
    throw new JqlError(`Error in the JQL Query: Expecting 'EMPTY' or 'NULL' but got '${text}'.`);
  }

  function readClause(): Clause {
    const written = next('a field').text;
    const field = written.toLowerCase();
    if (skip('not')) {
      expect('in');
      return { field, written, operator: 'not in', values: readList() };
    }
    const operator = next('an operator').text.toLowerCase();
    if (operator === 'in') return { field, written, operator, values: readList() };
    if (operator === 'is') {
      const isNot = skip('not');
      return { field, written, operator: isNot ? 'is not' : 'is', values: readEmpty() };
    }
    if (operator === 'was' || operator === 'changed') {
      throw new JqlError(`The simulator does not know the operator '${operator}'.`);
    }
    if (!operators.has(operator)) {
      throw new JqlError(`Error in the JQL Query: Expecting operator but got '${operator}'.`);
    }
    return { field, written, operator: operator as Clause['operator'], values: [next('a value').text] };
  }

  function readTerm(depth: number): Condition {
    if (depth > deepest) throw new JqlError('Error in the JQL Query: It is nested too deeply.');
    if (skip('not')) return { not: readTerm(depth + 1) };
    if (!skip('(')) return readClause();
    const inner = readEither(depth + 1);
    expect(')');
    return inner;
  }

  function readBoth(depth: number): Condition {
    const first = readTerm(depth);
    const all = [first];
    while (skip('and', '&&', '&')) all.push(readTerm(depth));
    return all.length === 1 ? first : { and: all };
  }

  function readEither(depth: number): Condition {
    const first = readBoth(depth);
    const any = [first];
    while (skip('or', '||', '|')) any.push(readBoth(depth));
    return any.length === 1 ? first : { or: any };
  }

  const query: Query = { order: [] };
  if (peek() !== undefined && !isWord('order')) query.where = readEither(0);
  if (skip('order')) {
    expect('by');
    do {
      const field = next('a field').text.toLowerCase();
      const descending = isWord('desc');
      if (descending || isWord('asc')) at++;
      query.order.push({ field, descending });
    } while (skip(','));
  }
  const rest = peek();
  if (rest !== undefined) {
    throw new JqlError(
      `Error in the JQL Query: Expecting either 'OR' or 'AND' but got '${rest.text}'. (line 1)`,
    );
  }
  if (query.order.length > 7) throw new JqlError('ORDER BY can contain a maximum of 7 fields.');
  return query;
}
