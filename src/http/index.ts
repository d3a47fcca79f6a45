export { defaultDenyList } from './address-guard.ts';
export { createHttp } from './create-http.ts';
export { memoryBudgetStore, memoryTokenStore } from './memory-stores.ts';
