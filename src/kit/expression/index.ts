export { compileCondition } from './condition.ts';
export type { ResolvedValue } from './convert.ts';
export { resolveAllBut } from './resolve-all-but.ts';
export { resolveTemplate } from './resolve-template.ts';
export { compileTemplate } from './template.ts';
export {
  asDay,
  dateText,
  type ExpressionMap,
  type ExpressionScope,
  type ExpressionValue,
  isDay,
  isMap,
  withMissingAsNull,
} from './value.ts';
