import type { Touched } from '../../../kit/code-host.ts';
import type { Heads } from './load-event.ts';

/** Something that came with what it touched. */
interface Came {
  touched: Touched;
}

/**
 * Hosts do not promise to tell of the pushes to a branch in their order. Of those that are here each is put behind the
 * one that it goes on from; so nobody must ask the host how the branch stands.
 */
export function inPushOrder<C extends Came>(all: C[], heads: Heads): C[] {
  const places = new Map<string, number[]>();
  all.forEach(({ touched }, index) => {
    if (touched.kind === 'push') places.set(touched.branch, [...(places.get(touched.branch) ?? []), index]);
  });
  const ordered = [...all];
  for (const [branch, indexes] of places) {
    const pushes = chained(
      indexes.flatMap((index) => all[index] ?? []),
      heads.get(branch)?.sha,
    );
    pushes.forEach((push, place) => {
      ordered[indexes[place] ?? 0] = push;
    });
  }
  return ordered;
}

/** Pushes to one branch, from a head on. One that goes on from none of the others keeps its place among them. */
function chained<C extends Came>(pushes: C[], from: string | undefined): C[] {
  const left = [...pushes];
  const chain: C[] = [];
  let head = from;
  for (;;) {
    const next = left.findIndex(({ touched }) => touched.kind === 'push' && touched.before === head);
    const [push] = left.splice(Math.max(next, 0), 1);
    if (push === undefined || push.touched.kind !== 'push') return chain;
    head = push.touched.after;
    chain.push(push);
  }
}
