export { defaultDenyList } from './address-guard.ts';
export { createHttp, type HttpOptions, type RedactingHttpFactory } from './create-http.ts';
export { memoryBudgetStore, memoryTokenStore } from './memory-stores.ts';
