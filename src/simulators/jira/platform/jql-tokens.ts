/** A query that is not JQL, or is JQL that the simulator does not know. */
export class JqlError extends Error {
  override readonly name = 'JqlError';
  /** Jira complains of everything at once. */
  readonly messages: string[];

  constructor(...messages: string[]) {
    super(messages.join(' '));
    this.messages = messages;
  }
}

/** A word, a sign or a quoted text of a query. */
export interface Token {
  text: string;
  quoted: boolean;
}

const token =
  /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(!=|!~|>=|<=|[=<>~(),])|((?:[^\s=!<>~(),"'[\]]|\[[^\]]*\])+(?:\((?:"[^"]*"|'[^']*'|[-+\w]*)\))?))/y;

/** Cuts a query into tokens. @throws JqlError at a character that belongs to none */
export function tokenize(jql: string): Token[] {
  const tokens: Token[] = [];
  const end = jql.trimEnd().length;
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
