import { functionFamilies, functions } from './functions.ts';
import { limits } from './limits.ts';
import { operatorTable } from './operator-table.ts';
import { invalidAt, tooLargeAt } from './places.ts';
import { readEscape } from './quoted.ts';
import { segmentAt, skipSpace, type Token, tokenAt } from './scanner.ts';
import { childrenOf, type Node, type NodeOf } from './tree.ts';

type Unplaced<N extends Node> = N extends Node ? Omit<N, 'at' | 'end' | 'height'> : never;

const words: ReadonlyMap<string, null | boolean> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A Pratt parser over one text. Every method throws `expression-invalid` or `expression-too-large`. */
interface Parser {
  /** The `<+…>` that begins at `at`. */
  embedded(at: number): Node;
  /** The whole text as one expression. */
  whole(): Node;
}

/** A parser of that text, in time linear in its length. */
export function createParser(text: string): Parser {
  let position = 0;
  let closing = false;
  let nesting = 0;

  const peek = () => tokenAt(text, position, closing);
  function next(): Token {
    const token = peek();
    position = token.end;
    return token;
  }
  function take(sign: string): boolean {
    const token = peek();
    if (token.kind !== 'symbol' || token.text !== sign) return false;
    position = token.end;
    return true;
  }
  function expect(sign: string): void {
    if (!take(sign)) throw invalidAt(text, peek().at, `Here should be a ${sign}`);
  }

  function place(at: number, shape: Unplaced<Node>): Node {
    const node: Node = { ...shape, at, end: position, height: 1 };
    for (const child of childrenOf(node)) node.height = Math.max(node.height, child.height + 1);
    if (node.height > limits.chain) {
      throw tooLargeAt(text, at, `An expression has a chain of more than ${limits.chain} parts`);
    }
    return node;
  }

  /** Reads what stands within brackets, where `>` ends no `<+` (or does, with `untilClose`). */
  function within<T>(untilClose: boolean, read: () => T, finish: () => void): T {
    const outer = closing;
    nesting += 1;
    if (nesting > limits.nesting) {
      throw tooLargeAt(text, position, `An expression is nested deeper than ${limits.nesting} levels`);
    }
    closing = untilClose;
    const value = read();
    finish();
    closing = outer;
    nesting -= 1;
    return value;
  }

  function nested(): Node {
    const { at } = next();
    const inner = within(
      true,
      () => {
        if (peek().kind === 'close') throw invalidAt(text, at, 'There is nothing in this <+ >');
        return expression(0);
      },
      () => {
        const token = peek();
        if (token.kind === 'end') throw invalidAt(text, at, 'This <+ is not closed by a >');
        if (token.kind !== 'close')
          throw invalidAt(text, token.at, 'Here should be an operator or the closing >');
        position = token.end;
      },
    );
    return place(at, { kind: 'nested', inner });
  }

  function textNode(at: number, parts: (string | Node)[], quote: string): Node {
    if (parts.some((part) => typeof part !== 'string')) return place(at, { kind: 'text', parts, quote });
    return place(at, { kind: 'literal', value: parts.join('') });
  }

  /** A quoted text, in which `<+…>` may stand. */
  function quoted(): Node {
    const { at, text: quote } = next();
    const special = quote === '"' ? /["\\]|<\+/g : /['\\]|<\+/g;
    const parts: (string | Node)[] = [];
    for (;;) {
      special.lastIndex = position;
      const stop = special.exec(text);
      if (!stop) throw invalidAt(text, at, 'This quoted text does not end');
      if (stop.index > position) parts.push(text.slice(position, stop.index));
      position = stop.index;
      if (stop[0] === quote) break;
      if (stop[0] === '<+') {
        parts.push(nested());
        continue;
      }
      const { value, end } = readEscape(text, position);
      parts.push(value);
      position = end;
    }
    position += 1;
    return textNode(at, parts, quote);
  }

  /** What follows a dot: a name, digits, a quoted name, or such with `<+…>` in it. */
  function segment(): Node {
    const at = skipSpace(text, position);
    position = at;
    const sign = text.charAt(at);
    if (sign === '"' || sign === "'") return quoted();
    const parts: (string | Node)[] = [];
    for (;;) {
      const letters = segmentAt(text, position);
      if (letters !== '') parts.push(letters);
      position += letters.length;
      if (!text.startsWith('<+', position)) break;
      parts.push(nested());
    }
    if (parts.length === 0) throw invalidAt(text, at, 'Here should be a name');
    return textNode(at, parts, '"');
  }

  /** What stands up to the closing sign, with commas between; the opening sign is behind us. */
  function series(close: string): Node[] {
    const items: Node[] = [];
    within(
      false,
      () => {
        const { kind, text: sign } = peek();
        if (kind === 'symbol' && sign === close) return;
        do items.push(expression(0));
        while (take(','));
      },
      () => expect(close),
    );
    return items;
  }

  function map(at: number): Node {
    const entries: NodeOf<'map'>['entries'] = [];
    const entry = () => {
      const token = peek();
      const key = token.kind === 'quote' ? quoted() : segment();
      if (key.kind !== 'literal') throw invalidAt(text, key.at, 'A key of a map is a name or a quoted text');
      expect(':');
      entries.push({ name: String(key.value), value: expression(0) });
    };
    within(
      false,
      () => {
        if (take(':') || peek().text === '}') return;
        do entry();
        while (take(','));
      },
      () => expect('}'),
    );
    return place(at, { kind: 'map', entries });
  }

  function primary(): Node {
    const token = peek();
    const { at } = token;
    if (token.kind === 'quote') return quoted();
    if (token.kind === 'open') return nested();
    position = token.end;
    if (token.kind === 'number') return place(at, { kind: 'literal', value: Number(token.text) });
    if (token.kind === 'name') return word(token);
    if (token.kind === 'symbol' && token.text === '(') {
      const inner = within(
        false,
        () => expression(0),
        () => expect(')'),
      );
      return { ...inner, at, end: position };
    }
    if (token.kind === 'symbol' && token.text === '[') {
      return place(at, { kind: 'list', items: series(']') });
    }
    if (token.kind === 'symbol' && token.text === '{') return map(at);
    throw invalidAt(text, at, 'Here should be a value');
  }

  function word({ text: name, at }: Token): Node {
    const value = words.get(name);
    if (value !== undefined) return place(at, { kind: 'literal', value });
    if (!take('(')) return place(at, { kind: 'root', name });
    if (!functions.has(name)) throw invalidAt(text, at, `There is no function ${name}()`);
    return place(at, { kind: 'function', name, args: series(')') });
  }

  /** `target.method(` once the bracket is behind us: a function of a family such as `json`, or a method of the value. */
  function call(target: Node, method: string, methodAt: number, safe: boolean): Node {
    const args = series(')');
    if (target.kind !== 'root' || !functionFamilies.has(target.name)) {
      return place(target.at, { kind: 'call', target, method, args, safe });
    }
    const name = `${target.name}.${method}`;
    if (!functions.has(name)) throw invalidAt(text, methodAt, `There is no function ${name}()`);
    return place(target.at, { kind: 'function', name, args });
  }

  function postfix(): Node {
    let node = primary();
    for (;;) {
      if (take('[')) {
        const [name, ...more] = series(']');
        if (!name || more.length > 0)
          throw invalidAt(text, node.end, 'Between [ ] stands one name or number');
        node = place(node.at, { kind: 'member', target: node, name, safe: false });
        continue;
      }
      const safe = take('?.');
      if (!safe && !take('.')) return node;
      const name = segment();
      const isMethod =
        name.kind === 'literal' && text.charAt(name.at) !== '"' && text.charAt(name.at) !== "'";
      node =
        isMethod && take('(')
          ? call(node, String(name.value), name.at, safe)
          : place(node.at, { kind: 'member', target: node, name, safe });
    }
  }

  function prefix(): Node {
    const { at, kind, text: sign } = peek();
    const isNot = (kind === 'symbol' && sign === '!') || (kind === 'name' && sign === 'not');
    const isMinus = kind === 'symbol' && sign === '-';
    if (!isNot && !isMinus) return postfix();
    next();
    const outer = closing;
    const operand = within(outer, prefix, () => undefined);
    if (isNot) return place(at, { kind: 'not', operand });
    if (operand.kind === 'literal' && typeof operand.value === 'number') {
      return place(at, { kind: 'literal', value: -operand.value });
    }
    return place(at, { kind: 'negative', operand });
  }

  function expression(least: number): Node {
    let left = prefix();
    for (;;) {
      const token = peek();
      const entry =
        token.kind === 'symbol' || token.kind === 'name' ? operatorTable.get(token.text) : undefined;
      if (!entry || entry.power < least) return left;
      position = token.end;
      if (entry.fromRight) {
        left = within(
          closing,
          () => choice(left, entry.operator),
          () => undefined,
        );
        continue;
      }
      const right = expression(entry.power + 1);
      if (entry.operator !== 'choice')
        left = place(left.at, { kind: 'binary', operator: entry.operator, left, right });
    }
  }

  function choice(left: Node, operator: NodeOf<'binary'>['operator'] | 'choice'): Node {
    const second = expression(1);
    if (operator !== 'choice') return place(left.at, { kind: 'binary', operator, left, right: second });
    expect(':');
    return place(left.at, { kind: 'choice', test: left, whenTrue: second, whenFalse: expression(1) });
  }

  return {
    embedded(at) {
      position = at;
      closing = false;
      return nested();
    },
    whole() {
      if (text.trim() === '') throw invalidAt(text, text.length, 'The expression is blank');
      const node = expression(0);
      const rest = peek();
      if (rest.kind !== 'end') throw invalidAt(text, rest.at, 'Here should be an operator or the end');
      return node;
    },
  };
}
