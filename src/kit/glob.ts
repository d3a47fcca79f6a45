/** Whether a glob of `*` and `?` matches the whole text. Goes back to the last star only: no worse than text times glob. */
export function matchesGlob(text: string, glob: string): boolean {
  let [at, inGlob, star, afterStar] = [0, 0, -1, 0];
  while (at < text.length) {
    const mark = glob[inGlob];
    if (mark === '*') {
      star = inGlob;
      afterStar = at;
      inGlob += 1;
    } else if (mark !== undefined && (mark === '?' || mark === text[at])) {
      at += 1;
      inGlob += 1;
    } else if (star !== -1) {
      afterStar += 1;
      at = afterStar;
      inGlob = star + 1;
    } else {
      return false;
    }
  }
  return /^\**$/.test(glob.slice(inGlob));
}
