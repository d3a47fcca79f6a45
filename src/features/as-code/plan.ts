import type { Difference, Resource } from './resource.ts';

/** What is done, or would be, with one resource. `needs-…`: it cannot be done before something else is. */
export const planActions = [
  'create',
  'update',
  'unchanged',
  'delete',
  'needs-value',
  'needs-disconnect',
] as const;

export interface PlanItem {
  kind: string;
  name: string;
  scope: string;
  /** The hub's id; null for what is not there yet. */
  id: string | null;
  action: (typeof planActions)[number];
  changes: Difference[];
  /** Of the document, by its place in the request; null for what is deleted by its label. */
  document: number | null;
  /** The text of a new connect key, shown this once. */
  key?: string;
}

/** What an apply did, or would do. */
export interface Plan {
  items: PlanItem[];
  applied: boolean;
  /** What is worth knowing beside it. */
  notices: { document: number | null; message: string }[];
}

export interface ApplyRequest {
  documents: Record<string, unknown>[];
  dryRun: boolean;
  /** Deletes what bears the label and is in no document. */
  prune?: { label: string };
}

/** A resource with its labels. */
export interface Known {
  kind: string;
  resource: Resource;
  labels: Record<string, string>;
}
