import type { Hook, HookSignature } from './code-host.ts';
import type { Secret } from './secret.ts';

/** A webhook as it came, before anything is known of it. Header names are lower-case. */
export type RawHook = Pick<Hook, 'headers' | 'body'>;

/** Whether a webhook is signed with one of the secrets; see `http/hook-signature.ts`. */
export type IsSigned = (signature: HookSignature, hook: RawHook, secrets: Secret[]) => boolean;

/** The headers that sign a webhook of ours; see `http/hook-signature.ts`. */
export type SignHook = (secret: Secret, body: string) => Record<string, string>;

/** The webhook in a request whose body was left as bytes; no body is an empty one. */
export function rawHookOf(request: {
  headers: Record<string, string | string[] | undefined>;
  body: unknown;
}): RawHook {
  const { headers, body } = request;
  const plain = Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]);
  return { headers: Object.fromEntries(plain), body: body instanceof Uint8Array ? body : Buffer.alloc(0) };
}
