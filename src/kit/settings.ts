import { z } from 'zod';
import type { Secret } from './secret.ts';

/** Whoever gives the value itself, as is usual elsewhere, is told of names. */
const sayWhatIsWanted: z.core.$ZodErrorMap = ({ code, input }) =>
  code === 'invalid_type' && input !== undefined
    ? 'must name a secret, as in {"secret": "account.jira-token"}; its value is never given here'
    : undefined;

/** A settings field that holds a secret: at rest and in the API a reference such as `{ "secret": "account.jira-token" }`. */
export function secretReference() {
  return z.strictObject({ secret: z.string().min(1).max(1_000) }, { error: sayWhatIsWanted }).meta({
    description:
      'The secret by its name: `x`, `org.x` or `account.x`. Or where it is kept outside: `env:NAME`, ' +
      '`file:/absolute/path`, `vault:connection:mount/path#field`.',
  });
}

/** A reference as {@link secretReference} parses it. */
export type SecretReference = z.output<ReturnType<typeof secretReference>>;

/** Settings with every secret reference replaced by the Secret that it names. */
export type Opened<T> = T extends SecretReference
  ? Secret
  : T extends (infer E)[]
    ? Opened<E>[]
    : T extends object
      ? { [K in keyof T]: Opened<T[K]> }
      : T;

const isReference = (value: object): value is SecretReference => {
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'secret' && typeof (value as SecretReference).secret === 'string';
};

/** Every secret reference inside settings, with its path, in order. */
export function secretReferencesIn(settings: unknown, path = ''): { path: string; secret: string }[] {
  if (typeof settings !== 'object' || settings === null) return [];
  if (isReference(settings)) return [{ path, secret: settings.secret }];
  return Object.entries(settings).flatMap(([key, value]) =>
    secretReferencesIn(value, path === '' ? key : `${path}.${key}`),
  );
}

/** Settings with each reference replaced by what `resolve` gives for it. */
export async function openSettings<T>(
  settings: T,
  resolve: (reference: string) => Promise<Secret>,
): Promise<Opened<T>> {
  if (typeof settings !== 'object' || settings === null) return settings as Opened<T>;
  if (isReference(settings)) return (await resolve(settings.secret)) as Opened<T>;
  if (Array.isArray(settings)) {
    return (await Promise.all(settings.map((item) => openSettings(item, resolve)))) as Opened<T>;
  }
  const entries = Object.entries(settings).map(async ([key, value]) => [
    key,
    await openSettings(value, resolve),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Opened<T>;
}
