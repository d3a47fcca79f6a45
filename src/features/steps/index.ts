export type { RunStore } from './runs/run-store.ts';
export { runSummary, summarizeRun } from './runs/run-view.ts';
export { createSteps } from './steps.ts';
