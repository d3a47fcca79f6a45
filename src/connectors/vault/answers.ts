import { TielineError } from '../../kit/errors.ts';
import type { HttpAnswer } from '../../kit/http.ts';

/** Statuses of Vault that are read here rather than thrown. https://developer.hashicorp.com/vault/api-docs#http-status-codes */
export const readStatuses = [400, 403, 404, 405, 412, 472, 473, 503];

export const asRecord = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** The object at `data` of Vault's answers. */
export const dataOf = (answer: HttpAnswer): Record<string, unknown> => asRecord(asRecord(answer.json()).data);

/** Vault's own sentences, `{ "errors": [...] }`; none when the body is something else. */
export function errorsOf(answer: HttpAnswer): string[] {
  try {
    const { errors } = asRecord(answer.json());
    return Array.isArray(errors) ? errors.filter((error) => typeof error === 'string') : [];
  } catch (error) {
    if (error instanceof TielineError) return [];
    throw error;
  }
}

const said = (answer: HttpAnswer): string => {
  const errors = errorsOf(answer).map((error) => error.trim().replace(/\s+/g, ' ').slice(0, 300));
  return errors.length === 0 ? '' : `: ${errors.join('; ')}`;
};

/** What an answer that is none of the expected ones means. `what` begins the sentence, e.g. `Reading secret/ci`. */
export function refusal(what: string, answer: HttpAnswer): TielineError {
  const details = { status: answer.status, url: answer.url };
  if (answer.status === 403) {
    return new TielineError('remote-forbidden', `${what} is not permitted by Vault${said(answer)}`, {
      hint: 'Check that the token is valid and that a policy of it has the capability "read" on this path.',
      retry: 'once-repaired',
      details,
    });
  }
  if (answer.status === 503) {
    const sealed = errorsOf(answer).some((error) => /sealed/i.test(error));
    return new TielineError('remote-failed', `Vault is ${sealed ? 'sealed' : 'unavailable'}${said(answer)}`, {
      hint: sealed ? 'Unseal it; it is tried again.' : 'See the log of Vault; it is tried again.',
      details,
    });
  }
  if (answer.status === 472 || answer.status === 412) {
    return new TielineError(
      'remote-failed',
      `This Vault node cannot answer now (${answer.status})${said(answer)}`,
      {
        hint: 'Use the address of the active cluster; a disaster recovery secondary serves no secrets.',
        details,
      },
    );
  }
  return new TielineError('status-unexpected', `${what}: Vault answered ${answer.status}${said(answer)}`, {
    hint: 'Check the address, the namespace and the mounts of the connection to Vault.',
    retry: 'once-repaired',
    details,
  });
}
