import type { z } from 'zod';
import type { Connection, Egress } from './connector.ts';
import type { SeenIssue } from './jira-issues.ts';
import type { JiraMetadata } from './jira-metadata.ts';

/** What JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** What a run of an action is given. */
export interface ActionContext<S> {
  connection: Connection<S>;
  /** What forms know of the other side, kept with an age; `fresh` asks anew and keeps that. */
  metadata: { kept: JiraMetadata; fresh: JiraMetadata };
  /** The same over all tries and restarts of one step, and of no other: what makes an effect happen once. */
  key: string;
  /** 1 for the first try of the step; more once an earlier one has failed or was lost, and may have had effects. */
  attempt: number;
  /** When the first try began: nothing that the step did is older. */
  startedAt: Date;
  /** A line for whoever watches the run. Never a secret. */
  say(line: string): void;
  now(): Date;
  /** Aborted when the run is cancelled or the step's time is over. */
  signal: AbortSignal;
}

/** What an action waits for: an issue to change. */
export interface Wait {
  /** The id of the issue, which outlives a move to another project. */
  issueId: string;
  issueKey: string;
  /** How often the issue is looked at, in milliseconds. It is looked at once more when Jira says that it changed. */
  everyMs: number;
  /** Keys of the fields to read; undefined: all. */
  fields?: string[];
  /** Look again then whatever happened, e.g. when a change window opens. */
  lookAt?: Date;
  /** Given back to `resume`. */
  state: Json;
}

/**
 * How an action ended, or that it has not.
 * - rejected: it was decided against what was asked; no failure of the action
 */
export type ActionResult =
  | { state: 'done'; output: Record<string, Json> }
  | { state: 'rejected'; reason: string; output: Record<string, Json> }
  | { state: 'waiting'; wait: Wait; output: Record<string, Json> };

/**
 * One thing done in a product. A pipeline step is an action; an approval is one that may wait.
 * Each method throws TielineErrors whose `retry` is the verdict.
 */
export interface Action<S extends Egress, I> {
  /** `connector.verb-noun`, e.g. `jira.create-issue`. */
  id: string;
  label: string;
  input: z.ZodType<I>;
  run(input: I, context: ActionContext<S>): Promise<ActionResult>;
  /**
   * After a crash within `run`: what its earlier try did, `not-done`, or `unknown`, which a person must settle. It ends
   * what the earlier try began, so that `run` need not be called again.
   */
  recover?(input: I, context: ActionContext<S>): Promise<ActionResult | 'not-done' | 'unknown'>;
  /** Once the issue that is waited for was looked at. */
  resume?(input: I, waited: Wait, seen: SeenIssue, context: ActionContext<S>): Promise<ActionResult>;
}

/** Declares an action; the type of its input follows from the schema. */
export function defineAction<S extends Egress, I>(action: Action<S, I>): Action<S, I> {
  return action;
}
