import { TielineError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import type { ResolvedValue } from './convert.ts';
import { limits } from './limits.ts';
import type { Template } from './template.ts';
import type { ExpressionScope } from './value.ts';

/** A scope whose secrets are opened as they are asked for. */
export interface OpeningScope extends Omit<ExpressionScope, 'secret'> {
  /** Throws when there is none of that reference, or it may not be used. */
  openSecret(reference: string): Promise<Secret>;
}

/** What a text is worth, and the secrets that were opened for it: what is stored of it is masked by them. */
export interface Resolved {
  value: ResolvedValue;
  secrets: Secret[];
}

/** The secret that an evaluation lacked, if that was why it failed. */
function lackedSecret(thrown: unknown): string | undefined {
  if (!(thrown instanceof TielineError) || thrown.code !== 'expression-unresolved') return undefined;
  const { secret } = thrown.details;
  return typeof secret === 'string' ? secret : undefined;
}

/**
 * What a template is worth, with the secrets that it comes to ask for, also those whose reference is worked out. All of it is
 * as of one moment. Throws as `resolve` and `openSecret` do.
 */
export async function resolveTemplate(template: Template, scope: OpeningScope): Promise<Resolved> {
  const opened = new Map<string, Secret>();
  const moment = scope.now();
  const whole: ExpressionScope = {
    find: (root) => scope.find(root),
    names: () => scope.names?.() ?? [],
    secret: (reference) => opened.get(reference),
    now: () => moment,
  };
  for (;;) {
    try {
      return { value: template.resolve(whole), secrets: [...opened.values()] };
    } catch (thrown) {
      const reference = lackedSecret(thrown);
      if (reference === undefined || opened.has(reference)) throw thrown;
      if (opened.size >= limits.secrets) {
        throw new TielineError('expression-too-large', `A text names more than ${limits.secrets} secrets`, {
          cause: thrown,
        });
      }
      opened.set(reference, await scope.openSecret(reference));
    }
  }
}
