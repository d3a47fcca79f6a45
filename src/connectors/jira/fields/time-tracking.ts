import type { FieldChoice } from '../../../kit/jira-metadata.ts';
import { Secret } from '../../../kit/secret.ts';
import { type FieldValue, invalidValue, isObject, showValue } from './field-value.ts';

/** Weeks, days, hours and minutes as Jira writes them, or minutes alone. */
const workTime = /^(?:\d+(?:\.\d+)?[wdhm](?:\s+|$|(?=\d)))+$|^\d+$/i;

/**
 * Both estimates, or one. An empty one is taken away.
 * @throws field-value-invalid for what is no object with estimates in it
 */
export function convertTimeTracking(field: FieldChoice, value: FieldValue): Record<string, string> {
  if (!isObject(value)) {
    throw invalidValue(field, `${showValue(value)} does not say which estimate it is`, {
      hint: 'Give Original Estimate and Remaining Estimate as fields.',
    });
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, estimate]) => [name, convertEstimate(field, estimate)]),
  );
}

function convertEstimate(field: FieldChoice, estimate: FieldValue): string {
  const text = estimate === null ? '' : String(estimate).trim();
  const isPlain = !isObject(estimate) && !Array.isArray(estimate) && !(estimate instanceof Secret);
  if (isPlain && (text === '' || workTime.test(text))) return text;
  throw invalidValue(field, `${showValue(estimate)} is no working time`, {
    hint: 'Write it as Jira does: 1w 2d 4h 30m.',
  });
}
