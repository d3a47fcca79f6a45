/** The text or number at a path of dots in a JSON value, as text: `head.ref`, `pull_requests.0.number`. */
export function textAt(json: unknown, path: string): string | undefined {
  let value = json;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.entries(value).find(([name]) => name === part)?.[1];
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
