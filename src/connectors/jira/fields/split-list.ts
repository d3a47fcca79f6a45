/**
 * The items of a text such as `abc, "d, e", f`: separated by commas that are not between double quotes, without blanks
 * around them. An item in quotes loses them, and `""` in it is one quote. Empty items are left out. Linear time.
 */
export function splitList(text: string): string[] {
  const items: string[] = [];
  let quotesLeft = text.split('"').length - 1;
  let from = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '"') quotesLeft--;
    // Where a quote is never closed, what counts is how many follow.
    const isEnd = at === text.length || (text[at] === ',' && quotesLeft % 2 === 0);
    if (!isEnd) continue;
    const item = unquote(text.slice(from, at).trim());
    if (item !== '') items.push(item);
    from = at + 1;
  }
  return items;
}

function unquote(item: string): string {
  const isQuoted = item.length >= 2 && item.startsWith('"') && item.endsWith('"');
  return isQuoted ? item.slice(1, -1).replaceAll('""', '"') : item;
}
