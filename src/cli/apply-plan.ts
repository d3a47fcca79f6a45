/** A plan as the hub answers it. */
export interface PlanView {
  items: {
    kind: string;
    name: string;
    scope: string;
    id: string | null;
    action: string;
    changes: { path: string; before: unknown; after: unknown }[];
    key?: string;
  }[];
  applied: boolean;
  notices: { document: number | null; message: string }[];
}

/** A certificate is known by its beginning. */
const longestValue = 80;

const show = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length <= longestValue ? text : `${text.slice(0, longestValue)}…`;
};

/** A line for each resource, and below it one for each path that changes. */
export function describePlan(items: PlanView['items']): string[] {
  const width = Math.max(...items.map(({ action }) => action.length), 0);
  return items.flatMap(({ action, kind, scope, name, changes }) => [
    `${action.padEnd(width)}  ${kind} ${scope}/${name}`,
    ...changes.map(
      ({ path, before, after }) => `${' '.repeat(width + 4)}${path}: ${show(before)} -> ${show(after)}`,
    ),
  ]);
}

/** The figures of a plan, and whether it was carried out. */
export function summaryOf({ items, applied }: PlanView): string {
  const actions = [...new Set(items.map(({ action }) => action))];
  const counts = actions.map(
    (action) => `${items.filter((item) => item.action === action).length} ${action}`,
  );
  const figures = counts.length === 0 ? 'no documents' : counts.join(', ');
  return applied ? `Applied: ${figures}` : `Dry run, nothing was changed: ${figures}`;
}
