/** One numbered step of the schema. Never changed once released; old replicas must live with it (expand, then contract). */
export interface Migration {
  /** Rising, unique. */
  number: number;
  /** kebab-case. */
  name: string;
  /** Statements, run in one transaction. */
  sql: string;
}
