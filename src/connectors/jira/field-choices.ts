import { z } from 'zod';
import type { AllowedValue, FieldChoice } from '../../kit/jira-metadata.ts';

/** A value as fields list it: options by `value`, everything else by `name`, some by their text alone. */
interface WireValue {
  id?: string;
  name?: string;
  value?: string;
  key?: string;
  displayName?: string;
  children?: (WireValue | string)[];
}

const id = z.union([z.string(), z.number()]).transform(String).optional().catch(undefined);
const word = z.string().optional().catch(undefined);

const wireValue: z.ZodType<WireValue | string> = z.union([
  z.string(),
  z.object({
    id,
    name: word,
    value: word,
    key: word,
    displayName: word,
    get children() {
      return z.array(wireValue).optional().catch(undefined);
    },
  }),
]);

function toAllowedValue(value: WireValue | string): AllowedValue {
  if (typeof value === 'string') return { id: value, label: value, children: [] };
  const label = value.name ?? value.value ?? value.displayName ?? value.key ?? value.id ?? '';
  return {
    id: value.id ?? value.key ?? label,
    label,
    ...(value.key !== undefined && { key: value.key }),
    children: (value.children ?? []).map(toAllowedValue),
  };
}

/** A field of a screen. What Jira leaves out in one version or another has a default; unknown schemas stay as they are. */
const wireField = z.object({
  /** In lists; in records the key of the entry is its key. Data Center's lists call it `fieldId` alone. */
  key: word,
  fieldId: word,
  name: word,
  required: z.boolean().catch(false),
  hasDefaultValue: z.boolean().catch(false),
  operations: z.array(z.string()).catch([]),
  schema: z
    .object({ type: z.string().catch('any'), items: word, system: word, custom: word })
    .catch({ type: 'any', items: undefined, system: undefined, custom: undefined }),
  allowedValues: z.array(z.unknown()).optional().catch(undefined),
});

function toFieldChoice(key: string, field: z.output<typeof wireField>): FieldChoice {
  const { name, required, hasDefaultValue, operations, schema, allowedValues } = field;
  const given = Object.entries(schema).filter(([, value]) => value !== undefined);
  return {
    key,
    name: name ?? key,
    required,
    hasDefault: hasDefaultValue,
    schema: { ...Object.fromEntries(given), type: schema.type },
    operations,
    // Values that cannot be read are left out, rather than the whole field.
    ...(allowedValues && {
      allowedValues: allowedValues.flatMap((value) => {
        const { data } = wireValue.safeParse(value);
        return data === undefined ? [] : [toAllowedValue(data)];
      }),
    }),
  };
}

/** Fields as a record by key: edit metadata, transitions, create metadata before 9. */
export const fieldRecord = z
  .record(z.string(), wireField)
  .transform((fields) => Object.entries(fields).map(([key, field]) => toFieldChoice(key, field)));

/** One of the fields in a list: create metadata since 8.4 and on Cloud. */
export const listedField = wireField.transform((field, context): FieldChoice => {
  const key = field.fieldId ?? field.key;
  if (key !== undefined) return toFieldChoice(key, field);
  context.issues.push({ code: 'custom', message: 'a field without a key', input: field });
  return z.NEVER;
});
