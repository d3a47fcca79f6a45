export { createAsCode } from './as-code.ts';
