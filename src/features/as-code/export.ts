import { isDeepStrictEqual } from 'node:util';
import type { Actor } from '../access/index.ts';
import { kinds } from './kinds.ts';
import { readLabels } from './labels.ts';
import type { Resource, ResourceKind } from './resource.ts';
import { type AsCodeParts, createStores } from './stores.ts';

/** A resource as an export writes it: applying it changes nothing. */
export interface ExportedDocument {
  kind: string;
  name: string;
  scope: string;
  labels?: Record<string, string>;
  spec: Record<string, unknown>;
}

/**
 * What the caller may see of these kinds, in a scope and below it, in an order that stays: by kind, then scope, then
 * name. Values of secrets and texts of keys are in none of it.
 */
export async function exportDocuments(
  parts: AsCodeParts,
  actor: Actor | undefined,
  { scope, kindNames }: { scope: string; kindNames?: string[] },
): Promise<ExportedDocument[]> {
  const stores = createStores(parts, parts.database, actor);
  const wanted = kinds.filter(({ kind }) => kindNames === undefined || kindNames.includes(kind));
  const labels = await readLabels(
    parts.database,
    wanted.map(({ kind }) => kind),
  );
  const documents: ExportedDocument[] = [];
  for (const kind of wanted) {
    const found = await kind.read(stores, [scope]);
    const exported = found
      .filter(({ state }) => state === undefined)
      .map((resource) => write(kind, resource, labels.get(`${kind.kind} ${resource.id}`)));
    documents.push(...exported.toSorted(byPlace));
  }
  return documents;
}

const keyOf = ({ scope, name, spec }: ExportedDocument): string =>
  [scope, name, JSON.stringify(spec)].join('\n');
const byPlace = (one: ExportedDocument, other: ExportedDocument): number =>
  keyOf(one) < keyOf(other) ? -1 : Number(keyOf(one) > keyOf(other));

function write(
  { kind }: ResourceKind,
  { name, scope, spec, whenAbsent }: Resource,
  labels: Record<string, string> | undefined,
): ExportedDocument {
  const usual = new Map<string, unknown>(Object.entries(whenAbsent));
  const said = Object.entries(spec).filter(
    ([field, value]) =>
      value !== undefined && !(usual.has(field) && isDeepStrictEqual(value, usual.get(field))),
  );
  const sorted = Object.entries(labels ?? {}).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    kind,
    name,
    scope,
    ...(sorted.length === 0 ? {} : { labels: Object.fromEntries(sorted) }),
    spec: Object.fromEntries(said),
  };
}
