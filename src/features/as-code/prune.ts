import { asTielineError, TielineError } from '../../kit/errors.ts';
import { getKind } from './kinds.ts';
import { writeLabels } from './labels.ts';
import { identityOf, identityOfReference, inDependencyOrder } from './order.ts';
import type { Known, PlanItem } from './plan.ts';
import { titleOf } from './resource.ts';
import type { WritingStores } from './stores.ts';

/**
 * Deletes what bears the label and is in no document, what refers to others before them. What something that is still
 * being taken away uses stays until the next time.
 */
export async function prune(
  stores: WritingStores,
  { key, value }: { key: string; value: string },
  known: Map<string, Known>,
  documented: Set<string>,
): Promise<PlanItem[]> {
  const staying = new Set<string>();
  const keepWhatItUses = ({ kind, resource }: Known): void => {
    for (const reference of getKind(kind).dependsOn(resource)) staying.add(identityOfReference(reference));
  };
  for (const one of known.values()) if (one.resource.state === 'ending') keepWhatItUses(one);
  const due = [...known]
    .filter(([identity, { labels, resource }]) => {
      const bears = Object.hasOwn(labels, key) && labels[key] === value;
      return bears && resource.state !== 'ending' && !documented.has(identity);
    })
    .map(([, one]) => ({ ...one.resource, kind: one.kind, labels: one.labels, one }));
  const items: PlanItem[] = [];
  for (const { one } of inDependencyOrder(due, (_document, look) => look()).toReversed()) {
    const { kind: name, resource } = one;
    const kind = getKind(name);
    const item = { kind: name, name: resource.name, scope: resource.scope, id: resource.id, changes: [] };
    if (staying.has(identityOf({ kind: name, ...resource }))) {
      keepWhatItUses(one);
      items.push({ ...item, action: 'needs-disconnect', document: null });
      continue;
    }
    try {
      await kind.authorise(stores, resource);
      await kind.remove(stores, resource);
    } catch (thrown) {
      const { code, message, hint, retry } = asTielineError(thrown);
      if (code === 'internal-error') throw thrown;
      const title = titleOf({ kind: name, ...resource });
      throw new TielineError(code, `${title} cannot be deleted: ${message}`, { hint, retry, cause: thrown });
    }
    if (kind.lingers === true) keepWhatItUses(one);
    await writeLabels(stores.change, { kind: name, id: resource.id }, {});
    items.push({ ...item, action: 'delete', document: null });
  }
  return items;
}
