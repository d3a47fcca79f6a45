import type { Deviation, JsonObject } from './deviations.ts';

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function schemasOf({ components }: JsonObject): JsonObject {
  const schemas = isObject(components) ? components.schemas : undefined;
  if (!isObject(schemas)) throw new Error('the description has no schemas');
  return schemas;
}

function propertiesOf(description: JsonObject, name: string): JsonObject {
  const schema = schemasOf(description)[name];
  if (!isObject(schema) || !isObject(schema.properties)) throw new Error(`no schema ${name} to change`);
  return schema.properties;
}

/** Where the real Harness Code is known to do otherwise than its published contract. */
export const harnessCodeDeviations: Deviation[] = [
  {
    document: 'harnessCode',
    what: 'An enumeration that may be null has null among its values',
    why: 'OpenAPI 3.0 writes nullable beside the list, JSON Schema wants it in the list',
    apply(description) {
      for (const schema of Object.values(schemasOf(description))) {
        if (isObject(schema) && schema.nullable === true && Array.isArray(schema.enum))
          schema.enum.push(null);
      }
    },
  },
  {
    document: 'harnessCode',
    what: 'A pull request that is not merged has merger and merge_method null, and a comment metadata null',
    why: 'recorded answers hold null; the description knows only the object and the word',
    apply(description) {
      for (const [name, field] of [
        ['TypesPullReq', 'merger'],
        ['TypesPullReq', 'merge_method'],
        ['TypesPullReqActivity', 'metadata'],
      ] as const) {
        const properties = propertiesOf(description, name);
        properties[field] = { anyOf: [properties[field], { type: 'null' }] };
      }
    },
  },
];
