import { createHttp, memoryBudgetStore, memoryTokenStore } from '../http/index.ts';
import type { Http, HttpTarget } from '../kit/http.ts';
import type { Log } from '../kit/log.ts';

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A client for the command line, without the deny list: the person there chose the address. */
export function openClient(target: HttpTarget): { http: Http; close(): Promise<void> } {
  const factory = createHttp({
    tokens: memoryTokenStore(),
    budgets: memoryBudgetStore(),
    denyList: [],
    log: silent,
  });
  return { http: factory.aim(target), close: () => factory.close() };
}
