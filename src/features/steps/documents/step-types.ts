import { jiraApproval } from './jira-approval.ts';
import { jiraCreate } from './jira-create.ts';
import { jiraUpdate } from './jira-update.ts';
import type { PlannedType } from './plan.ts';
import { plugin } from './plugin.ts';
import type { StepType } from './step-type.ts';

/** Every type of step that can be run. */
export const stepTypes: Record<PlannedType, StepType> = {
  JiraCreate: jiraCreate,
  JiraUpdate: jiraUpdate,
  JiraApproval: jiraApproval,
  Plugin: plugin,
};

/** Whether a step of a document can be run. */
export const isPlannedType = (type: unknown): type is PlannedType =>
  typeof type === 'string' && Object.hasOwn(stepTypes, type);
