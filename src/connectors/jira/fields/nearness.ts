import { nameDistance } from '../../../kit/name-distance.ts';

/** Beyond this, names are not alike anyhow, and comparing them takes the product of their lengths. */
const longestCompared = 60;
/** Of many unknown names the first few say enough. */
const mostWords = 5;

const comparable = (name: string) => name.toLowerCase().slice(0, longestCompared);

/** An order of names for sorting: those most like one of the given words first, else by the alphabet. */
export function byNearness(words: string[]): (one: string, other: string) => number {
  const wanted = words.slice(0, mostWords).map(comparable);
  const known = new Map<string, number>();
  const far = (name: string) => {
    const found = known.get(name) ?? Math.min(...wanted.map((word) => nameDistance(word, comparable(name))));
    known.set(name, found);
    return found;
  };
  return (one, other) => far(one) - far(other) || one.localeCompare(other, 'en');
}
