/** One restriction; all of a query's restrictions hold together. */
export interface Clause {
  /** In small letters. */
  field: string;
  /** The field as it was written: property keys tell letters apart. */
  written: string;
  operator: '=' | '!=' | 'in' | 'not in' | '>=' | '>' | '<=' | '<' | '~';
  values: string[];
}

/** A query as the simulator understands it: restrictions joined by AND, then an order. */
export interface Query {
  clauses: Clause[];
  order: { field: string; descending: boolean }[];
}

/** A query that is not JQL, or is JQL that the simulator does not know. */
export class JqlError extends Error {
  override readonly name = 'JqlError';
}

const token =
  /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|>=|<=|[=<>~(),])|((?:[^\s=!<>~(),"'[\]]|\[[^\]]*\])+(?:\(\))?))/y;

interface Token {
  text: string;
  quoted: boolean;
}

function tokenize(jql: string): Token[] {
  const tokens: Token[] = [];
  const end = jql.trimEnd().length;
  token.lastIndex = 0;
  let at = 0;
  while (at < end) {
    token.lastIndex = at;
    const found = token.exec(jql);
    if (found === null) {
      throw new JqlError(
        `Error in the JQL Query: The character '${jql.slice(at).trim()[0]}' is not expected.`,
      );
    }
    const quoted = found[1] ?? found[2];
    tokens.push({
      text: quoted?.replace(/\\(.)/g, '$1') ?? found[3] ?? found[4] ?? '',
      quoted: quoted !== undefined,
    });
    at = token.lastIndex;
  }
  return tokens;
}

const operators = new Set(['=', '!=', '>=', '>', '<=', '<', '~']);

/** Parses JQL: `field operator value` and `field in (a, b)`, joined by AND, with an ORDER BY of at most 7 fields. */
export function parseJql(jql: string): Query {
  const tokens = tokenize(jql);
  let at = 0;
  const peek = () => tokens[at];
  const isWord = (word: string) => peek()?.quoted === false && peek()?.text.toLowerCase() === word;
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

  function readClause(): Clause {
    const written = next('a field').text;
    const field = written.toLowerCase();
    if (isWord('not')) {
      at++;
      expect('in');
      return { field, written, operator: 'not in', values: readList() };
    }
    const operator = next('an operator').text.toLowerCase();
    if (operator === 'in') return { field, written, operator, values: readList() };
    if (!operators.has(operator)) {
      throw new JqlError(`Error in the JQL Query: Expecting operator but got '${operator}'.`);
    }
    return { field, written, operator: operator as Clause['operator'], values: [next('a value').text] };
  }

  function readList(): string[] {
    expect('(');
    const values = [next('a value').text];
    while (isWord(',')) {
      at++;
      values.push(next('a value').text);
    }
    expect(')');
    return values;
  }

  const query: Query = { clauses: [], order: [] };
  if (peek() !== undefined && !isWord('order')) {
    query.clauses.push(readClause());
    while (isWord('and')) {
      at++;
      query.clauses.push(readClause());
    }
  }
  if (isWord('order')) {
    at++;
    expect('by');
    do {
      if (query.order.length > 0) at++;
      const field = next('a field').text.toLowerCase();
      const descending = isWord('desc');
      if (descending || isWord('asc')) at++;
      query.order.push({ field, descending });
    } while (isWord(','));
  }
  const rest = peek();
  if (rest !== undefined) {
    throw new JqlError(
      `Error in the JQL Query: The simulator does not expect '${rest.text}' here; it knows AND and ORDER BY.`,
    );
  }
  if (query.order.length > 7) throw new JqlError('ORDER BY can contain a maximum of 7 fields.');
  return query;
}
