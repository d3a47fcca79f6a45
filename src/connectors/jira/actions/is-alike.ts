import { Secret } from '../../../kit/secret.ts';
import { isFields } from '../json-fields.ts';

const plain = (text: string) => text.replaceAll('\r\n', '\n').trim();

/**
 * Whether Jira shows what was sent to it. It trims texts and adds attributes of its own; what a secret was sent for is
 * any text.
 */
export function isAlike(sent: unknown, shown: unknown): boolean {
  if (sent instanceof Secret) return typeof shown === 'string';
  if (typeof sent === 'string') return typeof shown === 'string' && plain(sent) === plain(shown);
  if (Array.isArray(sent)) {
    return (
      Array.isArray(shown) &&
      sent.length === shown.length &&
      sent.every((one, index) => isAlike(one, shown[index]))
    );
  }
  if (!isFields(sent)) return sent === shown;
  return isFields(shown) && Object.entries(sent).every(([name, one]) => isAlike(one, shown[name]));
}
