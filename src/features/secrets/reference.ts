import { TielineError } from '../../kit/errors.ts';

/** Where a reference leads, as it is written. */
export type Reference =
  | { kind: 'named'; name: string }
  | { kind: 'env'; variable: string }
  | { kind: 'file'; path: string }
  | { kind: 'vault'; connection: string; path: string; field: string };

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Each place outside: how it is written, and what is read of that. */
const parsers: Record<string, { form: string; read(text: string): Reference | undefined }> = {
  env: {
    form: 'env:NAME',
    read: (variable) => (variableName.test(variable) ? { kind: 'env', variable } : undefined),
  },
  file: {
    form: 'file:/absolute/path',
    read: (path) => (path.startsWith('/') && !path.includes('\0') ? { kind: 'file', path } : undefined),
  },
  vault: {
    form: 'vault:connection:mount/path#field',
    read(text) {
      const [, connection = '', path = '', field = ''] = /^([^:]+):\/?([^#]+)#(.+)$/.exec(text) ?? [];
      const steps = path.split('/');
      const isWhole = steps.length > 1 && !steps.some((step) => ['', '.', '..'].includes(step));
      return isWhole ? { kind: 'vault', connection, path, field } : undefined;
    },
  },
};

const prefixOf = (text: string): string | undefined => /^(env|file|vault):/.exec(text)?.[1];

/**
 * Reads a reference, that of a setting when `path` names it.
 * @throws request-invalid for one of an outside place that is not written as such
 */
export function parseReference(text: string, path?: string): Reference {
  const prefix = prefixOf(text);
  const parse = prefix === undefined ? undefined : parsers[prefix];
  if (parse === undefined || prefix === undefined) return { kind: 'named', name: text };
  const reference = parse.read(text.slice(prefix.length + 1));
  if (reference !== undefined) return reference;
  throw new TielineError('request-invalid', `"${text}" is not written as ${parse.form}`, {
    fields: [
      { path: path === undefined ? 'secret' : `settings.${path}.secret`, message: `expected ${parse.form}` },
    ],
  });
}

/** Whether a reference reads the hub's own machine, its environment or its files: for administrators only. */
export function readsMachine(text: string): boolean {
  return ['env', 'file'].includes(prefixOf(text) ?? '');
}

/** Whether a secret may bear this name: one that begins as a place outside could not be referred to. */
export function isSecretName(name: string): boolean {
  return prefixOf(name) === undefined;
}
