/** How a stretch of text looks. */
export interface Marks {
  strong?: true;
  emphasis?: true;
  strike?: true;
  /** Code excludes the other looks, but not a link. */
  code?: true;
  /** Where it leads. */
  href?: string;
}

/** A stretch of text that looks the same from end to end and is not empty, or the end of a line. */
export type Inline = { type: 'text'; text: string; marks: Marks } | { type: 'break' };

export interface ListItem {
  /** A task that is done or not; absent where it is no task. */
  checked?: boolean;
  content: Block[];
}

/** A list; `start` is the number of its first item where it is ordered. */
export interface List {
  type: 'list';
  ordered: boolean;
  start: number;
  items: ListItem[];
}

/** A table: rows of cells. The first row is its head. */
export interface Table {
  type: 'table';
  rows: Inline[][][];
}

export type Block =
  | { type: 'paragraph'; content: Inline[] }
  | { type: 'heading'; level: 1 | 2 | 3 | 4 | 5 | 6; content: Inline[] }
  | { type: 'code'; language?: string; text: string }
  | { type: 'quote'; content: Block[] }
  | { type: 'rule' }
  | List
  | Table;

/** A list whose items are tasks, all of them. */
export const isTaskList = (list: List): boolean => list.items.every(({ checked }) => checked !== undefined);

/** A task's box, where a task is shown as a text. */
export const boxOf = ({ checked }: ListItem): string => {
  if (checked === undefined) return '';
  return checked ? '☑ ' : '☐ ';
};
