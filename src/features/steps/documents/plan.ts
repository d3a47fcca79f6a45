import type { Json } from '../../../kit/action.ts';

/** What there is of step types. */
export type PlannedType = 'JiraCreate' | 'JiraUpdate' | 'JiraApproval' | 'Plugin';

/**
 * Whether something is to be done at all, seen from what was done before it in its stage, or for a stage in its pipeline.
 * - Success: nothing failed so far; this is so where nothing is written
 * - Failure: something failed
 * - All: in any case
 */
export interface When {
  status: 'Success' | 'Failure' | 'All';
  /** A criterion as `compileCondition` takes it. */
  condition?: string;
  /** Where the condition stands in the document. */
  at?: string;
}

/** What is done about a failure. MarkAsFailure is what is done where there is no strategy. */
export type FailureAction =
  | { type: 'Ignore' | 'MarkAsSuccess' | 'MarkAsFailure' | 'Abort' }
  | {
      type: 'Retry';
      /** How often at most, besides the first try. */
      retryCount: number;
      /** Waits before the tries in milliseconds; the last one counts for all that follow. */
      retryIntervalsMs: number[];
      onRetryFailure: FailureAction;
    };

/** For which failures it is, in Harness's words, and what is done; see `strategyFor`. */
export interface FailureStrategy {
  errors: string[];
  action: FailureAction;
}

/** A step to be run. JSON through and through, as it is stored. */
export interface PlannedStep {
  /** Unique in the plan: the identifier, or `stage.identifier` where another stage has a step of the same. */
  id: string;
  identifier: string;
  name: string;
  type: PlannedType;
  /** Where it stands in the document, e.g. `pipeline.stages[0].stage.spec.execution.steps[1].step`. */
  at: string;
  timeoutMs: number;
  /** The time-out as written where it holds an expression: `readTimeoutMs` takes what that gives. */
  timeoutExpression?: string;
  /** All of them must hold: those of the groups that it is in, then its own. Never empty. */
  when: When[];
  /** Its own, then those of its groups, then those of its stage: the first that is for a failure counts. */
  failureStrategies: FailureStrategy[];
  /** The connection; may be an expression. */
  connectorRef: string;
  /** As written, expressions inside; checked against the spec of its type. */
  spec: { [name: string]: Json };
  /** Where expressions find it: `pipeline`, `stages`, S, `spec`, `execution`, `steps`, ID. */
  path: string[];
}

/** Steps that share variables and a status. */
export interface PlannedStage {
  identifier: string;
  name: string;
  type: string;
  /** As written, expressions inside. */
  variables: Record<string, string>;
  when: When;
  failureStrategies: FailureStrategy[];
  steps: PlannedStep[];
}

/** What a document asks for. Stages and steps are run in this order, one after the other. */
export interface Plan {
  /** What the document holds; a step or a stage alone stands in a pipeline made for it. */
  kind: 'step' | 'stage' | 'pipeline';
  pipeline: {
    identifier: string;
    name: string;
    description?: string;
    tags: Record<string, string>;
    /** As written, expressions inside; those given for this run in their place. */
    variables: Record<string, string>;
    /** `organization/project` as the document names them, or the organization alone. */
    scope?: string;
  };
  stages: PlannedStage[];
  /** Steps that are not run, as nothing here knows their type. */
  skipped: { identifier: string; type: string; at: string }[];
  /** What of the document counts for nothing here, or not as in Harness. */
  notices: string[];
  /** The lines of the document in which texts with expressions begin, by where they stand. */
  lines?: Record<string, number>;
}

/** What is given for one run of a document. */
export interface PlanOptions {
  /** Refuse anything but a single step. */
  only?: 'step';
  /** Leave steps of types that are not known out, instead of refusing the document. */
  skipUnknown?: boolean;
  /** In place of pipeline variables, or beside them. */
  variables?: Record<string, string>;
  /** For `<+input>`, by the path of the field or by as much of its end as is needed to tell it from others. */
  inputs?: Record<string, Json>;
  /** The connection of every step, whatever its connectorRef says. */
  connection?: string;
}
