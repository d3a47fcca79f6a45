import { sql } from 'kysely';
import { asTielineError, TielineError } from '../../kit/errors.ts';
import type { Actor, ChangeOrigin } from '../access/index.ts';
import { differences } from './differences.ts';
import { naming, type Placed, readDocuments } from './envelope.ts';
import { getKind, kindNames } from './kinds.ts';
import { findLabelledKinds, parseLabel, readLabels, writeLabels } from './labels.ts';
import { identityOf, inDependencyOrder } from './order.ts';
import type { ApplyRequest, Known, Plan, PlanItem } from './plan.ts';
import { prune } from './prune.ts';
import { type Difference, type Document, type Resource, titleOf } from './resource.ts';
import { type AsCodeParts, createStores, createWritingStores, type WritingStores } from './stores.ts';

/**
 * Brings resources to what documents say, all of it in one transaction or nothing. A dry run does the same and rolls it
 * back, so that its plan is what an apply would do. Nothing outside is asked before all is committed.
 * @throws request-invalid, permission-missing, and what writing a resource throws, naming the document
 */
export async function applyDocuments(
  parts: AsCodeParts,
  origin: ChangeOrigin & { actor: Actor | undefined },
  { documents, dryRun, prune: pruned }: ApplyRequest,
): Promise<Plan> {
  const { actor } = origin;
  const read = readDocuments(documents, createStores(parts, parts.database, actor));
  const ordered = inDependencyOrder(read, guarded);
  let plan: Plan | undefined;
  let later: (() => Promise<string[]>)[] = [];
  const rehearsed = new Error('a dry run is rolled back');
  await parts.changes
    .make(origin, async (change) => {
      const stores = createWritingStores(parts, change, actor);
      later = stores.later;
      // Two at once would each make what both found missing.
      await sql`select pg_advisory_xact_lock(hashtextextended('tieline-apply', 0))`.execute(change.trx);
      plan = await carryOut(stores, ordered, pruned);
      if (dryRun) throw rehearsed;
      assertComplete(plan);
    })
    .catch((thrown: unknown) => {
      if (thrown !== rehearsed) throw thrown;
    });
  if (plan === undefined) throw new TypeError('a change without a plan');
  if (dryRun) return rehearsedPlan(plan);
  parts.credentials.forget();
  for (const work of later) {
    const told = await work().catch((thrown: unknown) => {
      const error = asTielineError(thrown);
      parts.log.warn({ err: thrown }, 'something after an apply could not be done');
      return [`${error.message}. ${error.hint}`];
    });
    plan.notices.push(...told.map((message) => ({ document: null, message })));
  }
  return plan;
}

/** What a document leads to throws, named by it. */
function guarded<T>(document: Placed, look: () => T): T {
  try {
    return look();
  } catch (thrown) {
    throw naming(thrown, document);
  }
}

async function carryOut(
  stores: WritingStores,
  ordered: Placed[],
  pruned: ApplyRequest['prune'],
): Promise<Plan> {
  const label = pruned === undefined ? undefined : parseLabel(pruned.label);
  const known = await readKnown(stores, ordered, label);
  const items: PlanItem[] = [];
  const seen = new Map<string, Placed>();
  for (const document of ordered) {
    try {
      items.push(await carryOutOne(stores, document, known, seen));
    } catch (thrown) {
      throw naming(thrown, document);
    }
  }
  if (label !== undefined) {
    items.push(...(await prune(stores, label, known, new Set(seen.keys()))));
  }
  const notices = ordered.flatMap(({ index, notices: told }) =>
    told.map((message) => ({ document: index, message })),
  );
  return { items, applied: true, notices };
}

async function carryOutOne(
  stores: WritingStores,
  given: Placed,
  known: Map<string, Known>,
  seen: Map<string, Placed>,
): Promise<PlanItem> {
  const kind = getKind(given.kind);
  await kind.authorise(stores, given);
  const document: Document = (await kind.settle?.(stores, given)) ?? given;
  const identity = identityOf(document);
  const twin = seen.get(identity);
  if (twin !== undefined) {
    throw new TielineError('request-invalid', 'Two documents are of this resource', {
      hint: 'Keep one of them.',
      fields: [given, twin].map(({ index, locate }) => ({
        path: `documents.${index}.${locate('name')}`,
        message: `is ${titleOf(given)} once more`,
      })),
    });
  }
  seen.set(identity, given);
  const { name, scope } = document;
  const item = { kind: kind.kind, name, scope, document: given.index };
  const found = known.get(identity);
  if (found === undefined) {
    const { id, needs, key } = await kind.create(stores, document);
    await keepLabels(stores, { document, id, before: {} });
    const action = needs === undefined ? 'create' : (`needs-${needs}` as const);
    return { ...item, id, action, changes: [], ...(key === undefined ? {} : { key }) };
  }
  const { resource, labels } = found;
  const changes = await compare(stores, document, resource);
  const changed = new Set(changes.map(({ path }) => path.split('.')[0] ?? path));
  if (changes.length > 0) await kind.update(stores, document, resource, changed);
  const relabelled = differences(labels, document.labels, 'labels');
  if (relabelled.length > 0) await keepLabels(stores, { document, id: resource.id, before: labels });
  const all = [...changes.map(inDocument), ...relabelled];
  return { ...item, id: resource.id, action: all.length === 0 ? 'unchanged' : 'update', changes: all };
}

/** Differences by field of the spec, and `name` where only its case differs. */
async function compare(stores: WritingStores, document: Document, resource: Resource): Promise<Difference[]> {
  const { unread, compareUnread } = getKind(document.kind);
  const given = Object.entries(document.spec).filter(
    ([field, value]) => value !== undefined && !unread.includes(field),
  );
  return [
    ...differences({ name: resource.name }, { name: document.name }),
    ...differences(resource.spec, { ...resource.whenAbsent, ...Object.fromEntries(given) }),
    ...((await compareUnread?.(stores, document, resource)) ?? []),
  ];
}

const inDocument = (change: Difference): Difference =>
  change.path === 'name' ? change : { ...change, path: `spec.${change.path}` };

async function keepLabels(
  { change }: WritingStores,
  { document, id, before }: { document: Document; id: string; before: Record<string, string> },
): Promise<void> {
  const { kind, name, scope, labels } = document;
  if (differences(before, labels).length === 0) return;
  await writeLabels(change, { kind, id }, labels);
  const { subject } = getKind(kind);
  await change.note({
    action: `${subject}.labels-changed`,
    scope,
    subject: { kind: subject, id, name },
    details: { before, after: labels },
  });
}

/** What is there, by identity: of the kinds and scopes that the documents and the label speak of. */
async function readKnown(
  stores: WritingStores,
  documents: Placed[],
  label: { key: string; value: string } | undefined,
): Promise<Map<string, Known>> {
  const labelled = label === undefined ? [] : await findLabelledKinds(stores.database, label);
  const known = new Map<string, Known>();
  const labels = await readLabels(stores.database, kindNames);
  for (const name of kindNames) {
    const kind = getKind(name);
    // What is to be deleted may be used by what is still being taken away.
    const within =
      labelled.includes(name) || (label !== undefined && kind.lingers === true)
        ? ['account']
        : documents
            .filter((document) => document.kind === name)
            .map((document) => guarded(document, () => kind.livesIn?.(document) ?? document.scope));
    if (within.length === 0) continue;
    for (const resource of await kind.read(stores, [...new Set(within)])) {
      const found = { kind: name, resource, labels: labels.get(`${name} ${resource.id}`) ?? {} };
      // What is ending is nobody's any more, and is kept for what it still uses.
      const identity =
        resource.state === 'ending' ? `ending ${resource.id}` : identityOf({ kind: name, ...resource });
      known.set(identity, found);
    }
  }
  return known;
}

/** @throws value-missing */
function assertComplete({ items }: Plan): void {
  const without = items.filter(({ action }) => action === 'needs-value');
  if (without.length === 0) return;
  throw new TielineError('value-missing', `No value was given for ${without.map(titleOf).join(', ')}`, {
    fields: without.map(({ document }) => ({
      path: `documents.${document}`,
      message: 'is a secret that is not there yet, and needs a value',
    })),
  });
}

/** Ids and keys of what was rolled back lead nowhere. */
function rehearsedPlan({ items, notices }: Plan): Plan {
  const shown = items.map(({ key: _, ...item }) => ({
    ...item,
    id: ['create', 'needs-value'].includes(item.action) ? null : item.id,
  }));
  return { items: shown, notices, applied: false };
}
