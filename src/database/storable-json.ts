/** JSON that jsonb can hold: it refuses NUL and half a surrogate pair, and the other side may have sent either. */
export function storableJson(value: unknown): string {
  const storable = (text: string) => text.replaceAll('\u0000', '\ufffd').toWellFormed();
  return JSON.stringify(value, (_key, inner) => {
    if (typeof inner === 'string') return storable(inner);
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, member]) => [storable(key), member]));
  });
}
