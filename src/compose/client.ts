import { createHttp, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { Http, HttpTarget } from '../kit/http.ts';
import { silentLog } from './silent-log.ts';

/** A client for the command line, without the deny list: the person there chose the address. */
export function openClient(target: HttpTarget): { http: Http; close(): Promise<void> } {
  const factory = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    denyList: [],
    log: silentLog,
  });
  return { http: factory.aim(target), close: () => factory.close() };
}
