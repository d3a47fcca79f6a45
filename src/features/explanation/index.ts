export type { ExplanationView } from './explanation.ts';
export { createExplanations } from './explanations.ts';
