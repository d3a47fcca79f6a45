/** What a zod issue says, as far as the reader needs it. */
interface Issue {
  path: PropertyKey[];
  message: string;
  /** The names that a strict object does not know. */
  keys?: string[];
}

/** What zod says of a field that is not there. */
const absent = /^Invalid input: expected .+, received undefined$/;

/** Validation issues as the API names wrong fields: by path, an unknown field by its own. */
export function wrongFields(
  issues: readonly Issue[],
  below: string[] = [],
): { path: string; message: string }[] {
  return issues.flatMap(({ path, message, keys = [] }) => {
    const whole = [...below, ...path.map(String)];
    if (keys.length === 0)
      return [{ path: whole.join('.'), message: absent.test(message) ? 'is missing' : message }];
    return keys.map((key) => ({
      path: [...whole, key].join('.'),
      message: 'is no field that is known here',
    }));
  });
}
