import type { FieldContext } from './element.ts';
import type { ScreenField } from './screens.ts';

/** How the editions and their addresses name a field in metadata. */
export type MetaShape = 'key' | 'fieldId' | 'both';

/** A field as metadata for creating and editing shows it. */
export function showFieldMeta(
  { field, required, hasDefault }: ScreenField,
  context: FieldContext,
  shape: MetaShape,
): Record<string, unknown> {
  const { id, name, schema, operations, element } = field;
  const search = `${context.world.restBase()}/rest/api/${context.api}/user`;
  const allowedValues = element.allowedValues?.(context);
  return {
    required,
    schema,
    name,
    ...(shape !== 'fieldId' && { key: id }),
    ...(shape !== 'key' && { fieldId: id }),
    ...(element.type === 'user' && {
      autoCompleteUrl:
        id === 'assignee'
          ? `${search}/assignable/search?project=${context.project.key}&query=`
          : `${search}/search?query=`,
    }),
    ...(id === 'labels' && {
      autoCompleteUrl: `${context.world.siteUrl()}/rest/api/1.0/labels/suggest?query=`,
    }),
    hasDefaultValue: hasDefault,
    operations,
    ...(allowedValues && { allowedValues }),
  };
}
