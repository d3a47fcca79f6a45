/** Rows as aligned columns under their headings; a line of words when there are none. */
export function table(headings: string[], rows: string[][]): string {
  if (rows.length === 0) return '(none)';
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
