import type { Json } from '../../../kit/action.ts';
import { compileTemplate } from '../../../kit/expression/index.ts';
import type { Secret } from '../../../kit/secret.ts';
import type { OpenSecret } from './resolve-step.ts';

/** The references of secrets that stand in what is written, in any depth. */
function secretsIn(written: Json): string[] {
  if (typeof written === 'string') return written.includes('secrets.') ? secretsInText(written) : [];
  if (typeof written !== 'object' || written === null) return [];
  return Object.values(written).flatMap(secretsIn);
}

function secretsInText(text: string): string[] {
  try {
    return compileTemplate(text).secrets;
  } catch {
    // What cannot be read was never resolved: its step says why.
    return [];
  }
}

/**
 * Opens the secrets that are named outright in what is written: Jira may tell a later step what an earlier one has put
 * there. One that cannot be opened any more is left out.
 */
export async function openNamed(written: Json[], openSecret: OpenSecret): Promise<Secret[]> {
  const references = new Set(written.flatMap(secretsIn));
  const opened = await Promise.allSettled([...references].map(openSecret));
  return opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}
