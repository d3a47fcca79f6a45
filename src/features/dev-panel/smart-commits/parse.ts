import { issueKeyFinder } from '../../../kit/issue-keys.ts';

/** One thing that a commit message asks Jira to do. */
export type SmartCommand =
  | { kind: 'comment'; text: string }
  /** `spent` as Jira reads it: `1w 2d 4h 30m`. */
  | { kind: 'time'; spent: string; text: string }
  /** `name` as it was written: words joined by hyphens. */
  | { kind: 'transition'; name: string; text: string };

/** A command with the issues that it is for. */
export interface AddressedCommand {
  issueKeys: string[];
  command: SmartCommand;
}

/** A word behind `#` that stands alone: `#12` and `#include<x>` are none. */
const commandStart = /(?<!\S)#(\p{L}[\p{L}\p{N}_-]*)(?!\S)/gu;
const duration = /^\d{1,6}(?:\.\d{1,3})?[wdhm]$/i;

/**
 * The commands in a commit message. A command reaches to the next one or to the end of its line. It is for the issues
 * named before the first command of its line; where the line names none, for those of the nearest line above that does.
 * What follows a command is its argument, also where it holds an issue key. Linear in the message's length.
 * Atlassian: "Process issues with smart commits".
 */
export function parseSmartCommands(message: string): AddressedCommand[] {
  const findKeys = issueKeyFinder();
  const found: AddressedCommand[] = [];
  let issueKeys: string[] = [];
  for (const line of message.split(/\r\n|\r|\n/)) {
    const starts = line.includes('#') ? [...line.matchAll(commandStart)] : [];
    const named = findKeys(line.slice(0, starts[0]?.index));
    if (named.length > 0) issueKeys = named;
    if (issueKeys.length === 0) continue;
    for (const [at, start] of starts.entries()) {
      const [whole, name = ''] = start;
      const argument = line.slice(start.index + whole.length, starts[at + 1]?.index).trim();
      found.push({ issueKeys, command: commandOf(name, argument) });
    }
  }
  return found;
}

function commandOf(name: string, argument: string): SmartCommand {
  switch (name.toLowerCase()) {
    case 'comment':
      return { kind: 'comment', text: argument };
    case 'time':
      return timeOf(argument);
    default:
      return { kind: 'transition', name, text: argument };
  }
}

/** The words up to the first that is no duration are the time; the rest is said of it. */
function timeOf(argument: string): SmartCommand {
  const words = argument.split(/\s+/);
  const end = words.findIndex((word) => !duration.test(word));
  const spent = end === -1 ? words : words.slice(0, end);
  const text = end === -1 ? '' : words.slice(end).join(' ');
  return { kind: 'time', spent: spent.join(' ').toLowerCase(), text };
}
