import { fieldsOf, type GivenField, sortFields } from './issue-fields.ts';
import { knownFields, type OrExpression, optionalText } from './spec-values.ts';

/** A status to bring an issue to. */
export interface Transition {
  status: string;
  transitionName: string;
  /** Of its screen. */
  fields?: GivenField[];
}

/** A status to bring an issue to, by the transition of a name or by any that leads there; both empty: none. */
export const transitionOf = (or: OrExpression) =>
  or(
    knownFields({
      status: or(optionalText).optional(),
      transitionName: or(optionalText).optional(),
      fields: fieldsOf(or).optional(),
    }).nullable(),
  )
    .optional()
    .transform((transition): Transition | undefined => {
      const { status = '', transitionName = '', fields } = transition ?? {};
      if (status === '' && transitionName === '') return undefined;
      return { status, transitionName, ...(fields && { fields: sortFields(fields, []).fields }) };
    });
