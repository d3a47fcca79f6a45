import { InvalidArgumentError } from 'commander';
import { TielineError } from '../kit/errors.ts';

/** Parses an option as a whole number in a range, for commander; anything else is wrong usage, told before a start. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };
}

/** A port to listen at; 0 takes a free one. */
export const portNumber = wholeNumber(0, 65_535);

/** What `read` gives of a file that the user named. @throws usage-wrong when it cannot be read */
export async function readNamedFile<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TielineError('usage-wrong', `The file ${path} cannot be read: ${reason}`, {
      hint: 'Check the path and who may read it.',
      cause,
    });
  }
}
