import { nameDistance } from '../../../kit/name-distance.ts';

/** The name that was probably meant, or undefined: without regard to case, and for one edit in three letters. */
export function findNearest(name: string, known: Iterable<string>): string | undefined {
  let best: { candidate: string; edits: number } | undefined;
  // What is much longer than any name is none of them.
  if (name.length > 60) return undefined;
  for (const candidate of known) {
    const edits = nameDistance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { candidate, edits };
  }
  return best !== undefined && best.edits <= Math.max(1, Math.floor(name.length / 3))
    ? best.candidate
    : undefined;
}
