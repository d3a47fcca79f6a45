interface Placed {
  /** Where it stands in the text, and where it ends. */
  at: number;
  end: number;
  /** Levels of nodes below and with this one. */
  height: number;
}

/** The operators between two values, by the name that the evaluator knows them by. */
export type BinaryOperator =
  | 'or'
  | 'and'
  | 'elvis'
  | 'default'
  | 'equal'
  | 'unequal'
  | 'matches'
  | 'matchesNot'
  | 'startsWith'
  | 'startsNotWith'
  | 'endsWith'
  | 'endsNotWith'
  | 'less'
  | 'atMost'
  | 'greater'
  | 'atLeast'
  | 'plus'
  | 'minus'
  | 'times'
  | 'dividedBy'
  | 'remainder';

/** What one kind of node holds. */
interface NodeShapes {
  literal: { value: null | boolean | number | string };
  /** A quoted text or a name with `<+…>` in it. */
  text: { parts: (string | Node)[]; quote: string };
  list: { items: Node[] };
  map: { entries: { name: string; value: Node }[] };
  /** The first name of a path. */
  root: { name: string };
  member: { target: Node; name: Node; safe: boolean };
  call: { target: Node; method: string; args: Node[]; safe: boolean };
  function: { name: string; args: Node[] };
  /** `<+…>` */
  nested: { inner: Node };
  not: { operand: Node };
  negative: { operand: Node };
  binary: { operator: BinaryOperator; left: Node; right: Node };
  choice: { test: Node; whenTrue: Node; whenFalse: Node };
}

/** One node of an expression's tree, of the kind named. */
export type NodeOf<K extends keyof NodeShapes> = { kind: K } & NodeShapes[K] & Placed;

/** One node of an expression's tree. */
export type Node = { [K in keyof NodeShapes]: NodeOf<K> }[keyof NodeShapes];

/** The nodes directly below a node, in the order in which they are written. */
export function childrenOf(node: Node): Node[] {
  switch (node.kind) {
    case 'literal':
    case 'root':
      return [];
    case 'text':
      return node.parts.filter((part) => typeof part !== 'string');
    case 'list':
      return node.items;
    case 'map':
      return node.entries.map(({ value }) => value);
    case 'member':
      return [node.target, node.name];
    case 'call':
      return [node.target, ...node.args];
    case 'function':
      return node.args;
    case 'nested':
      return [node.inner];
    case 'not':
    case 'negative':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'choice':
      return [node.test, node.whenTrue, node.whenFalse];
  }
}
