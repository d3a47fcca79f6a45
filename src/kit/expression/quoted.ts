/** What a letter after a backslash stands for. Any other sign keeps its backslash, as JEXL does: `"\d"` is a pattern. */
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '\\': '\\',
  '"': '"',
  "'": "'",
  '<': '<',
};
const unicode = /^u[0-9a-fA-F]{4}/;

/** What the backslash at `at` of a quoted text stands for, and where it goes on. */
export function readEscape(text: string, at: number): { value: string; end: number } {
  const code = unicode.exec(text.slice(at + 1, at + 6));
  if (code) return { value: String.fromCharCode(Number.parseInt(code[0].slice(1), 16)), end: at + 6 };
  const sign = text.charAt(at + 1);
  return { value: escapes[sign] ?? `\\${sign}`, end: at + 2 };
}

/** A text as it stands between quotes of that sign. `<+` is escaped, so that it stays a text. */
export function escapeText(text: string, quote: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll('<+', '\\<+')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}
