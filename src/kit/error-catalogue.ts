import { apiErrors } from './catalogue/api.ts';
import { expressionErrors } from './catalogue/expressions.ts';
import { jiraErrors } from './catalogue/jira.ts';
import { machineErrors } from './catalogue/machine.ts';
import { outsideErrors } from './catalogue/outside.ts';
import { reportErrors } from './catalogue/reports.ts';
import { runErrors } from './catalogue/runs.ts';

/**
 * Every error code of the product, by groups that have a file each. `docs/errors.md` is this table in prose; a test holds
 * them equal.
 */
export const errorCatalogue = {
  ...apiErrors,
  ...outsideErrors,
  ...jiraErrors,
  ...reportErrors,
  ...runErrors,
  ...expressionErrors,
  ...machineErrors,
} as const;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof errorCatalogue;
