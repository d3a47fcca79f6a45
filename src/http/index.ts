export { defaultDenyList } from './address-guard.ts';
export { createHttp } from './create-http.ts';
export { isSigned, signHook } from './hook-signature.ts';
export { memoryBudgetStore, memoryTokenStore } from './memory-stores.ts';
