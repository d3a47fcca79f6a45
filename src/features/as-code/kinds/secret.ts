import { z } from 'zod';
import { TielineError } from '../../../kit/errors.ts';
import { Secret } from '../../../kit/secret.ts';
import { maySee, requireRole } from '../../access/index.ts';
import { isWithin, newValueOf, secretName, usageScopesField, valueFields } from '../../secrets/index.ts';
import { readPages } from '../read-pages.ts';
import type { Document, ResourceKind } from '../resource.ts';

const spec = z
  .strictObject({
    description: z.string().max(1_000).optional(),
    type: z.enum(['text', 'file']).optional(),
    usageScopes: usageScopesField.optional(),
    ...valueFields,
    valueFrom: z.undefined({ error: 'is read by tieline apply; in the API give value or file' }).optional(),
  })
  .refine(({ value, file }) => value === undefined || file === undefined, {
    path: ['value'],
    error: 'give a value or a file, not both',
  })
  .refine(({ value, type }) => value === undefined || type !== 'file', {
    path: ['type'],
    error: 'is file, and what is given is a text',
  })
  .refine(({ file, type }) => file === undefined || type !== 'text', {
    path: ['type'],
    error: 'is text, and what is given is a file',
  });
type SecretSpec = z.output<typeof spec>;

/** @throws request-invalid for a usage scope beyond the secret's own */
function checkUsageScopes({ scope, spec: { usageScopes = [] } }: Document<SecretSpec>): void {
  const beyond = usageScopes.find((wanted) => !isWithin(wanted, [scope]));
  if (beyond === undefined) return;
  const message = `${beyond} is not within the scope of the secret, ${scope}`;
  throw new TielineError('request-invalid', message, { fields: [{ path: 'usageScopes', message }] });
}

const hasValue = ({ value, file }: SecretSpec): boolean => value !== undefined || file !== undefined;

/** Secrets: what is known of them. A value is written, and told from the one before, but never read. */
export const secretKind: ResourceKind<SecretSpec> = {
  kind: 'Secret',
  subject: 'secret',
  name: secretName,
  spec,
  unread: ['value', 'file', 'valueFrom'],
  dependsOn: () => [],
  check(_stores, document) {
    checkUsageScopes(document);
  },
  async settle(_stores, document) {
    const { file, type, usageScopes } = document.spec;
    return {
      ...document,
      spec: {
        ...document.spec,
        type: file === undefined ? type : 'file',
        usageScopes: usageScopes?.toSorted(),
      },
    };
  },
  authorise({ actor }, { scope }) {
    requireRole(actor, 'editor', scope);
  },
  async read({ actor, secrets }, within) {
    const stored = await readPages((page) => secrets.list({ within, ...page }));
    return stored
      .filter(({ scope }) => maySee(actor, scope))
      .map(({ id, name, scope, description, kind, usageScopes }) => ({
        id,
        name,
        scope,
        spec: { description, type: kind, usageScopes: usageScopes.toSorted() },
        whenAbsent: { description: '', type: 'text', usageScopes: [scope] },
      }));
  },
  async compareUnread({ secrets }, { spec: wanted }, { id, spec: { type } }) {
    if (!hasValue(wanted) || (wanted.type ?? 'text') !== type) return [];
    const { value } = newValueOf(wanted);
    return (await secrets.holds(id, value))
      ? []
      : [{ path: 'value', before: '[secret]', after: '[another secret]' }];
  },
  async create({ change, secrets }, { name, scope, spec: wanted }) {
    const { description = '', usageScopes = [scope] } = wanted;
    const common = { name, scope, description, usageScopes };
    if (hasValue(wanted)) return secrets.create(change, { ...common, ...newValueOf(wanted) });
    // For what refers to it, so that the plan can go on; it is never committed.
    const { id } = await secrets.create(change, { ...common, value: new Secret('no value yet') });
    return { id, needs: 'value' };
  },
  async update({ change, secrets }, { name, scope, spec: wanted }, { id, spec: before }, changed) {
    if (changed.has('type')) {
      const message = `The secret is a ${before.type}, and cannot become a ${wanted.type ?? 'text'}`;
      throw new TielineError('request-invalid', message, {
        hint: 'Make another secret for it.',
        fields: [{ path: 'type', message }],
      });
    }
    const { description = '', usageScopes = [scope] } = wanted;
    if (['name', 'description', 'usageScopes'].some((field) => changed.has(field))) {
      await secrets.describe(change, id, { name, description, usageScopes });
    }
    if (changed.has('value')) await secrets.change(change, id, newValueOf(wanted));
  },
  remove: ({ change, secrets }, { id }) => secrets.remove(change, id),
};
