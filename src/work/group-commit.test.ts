import { describe, expect, it } from 'vitest';
import { TielineError } from '../kit/errors.ts';
import type { AcceptedDelivery, NewDelivery } from './delivery.ts';
import { newDelivery } from './fixtures/ledger.ts';
import { createGroupCommit } from './group-commit.ts';

const named = (summary: string) => newDelivery({ summary });

/** Stores what it is given, unless told otherwise; its first call waits to be let go. */
function store(refuses: (deliveries: NewDelivery[]) => Error | undefined = () => undefined) {
  const groups: string[][] = [];
  const { promise: gate, resolve: letGo } = Promise.withResolvers<void>();
  const post = createGroupCommit(async (deliveries) => {
    groups.push(deliveries.map(({ summary }) => summary));
    if (groups.length === 1) await gate;
    const refusal = refuses(deliveries);
    if (refusal !== undefined) throw refusal;
    return deliveries.map(
      ({ summary }): AcceptedDelivery => ({ id: summary, state: 'queued', duplicate: false, differs: false }),
    );
  });
  return { groups, letGo, post: (summary: string) => post(named(summary)) };
}

describe('deliveries that come together', () => {
  it('share a transaction while another one commits, and each hears of its own', async () => {
    const { groups, letGo, post } = store();
    const posts = ['a', 'b', 'c', 'd'].map(post);
    letGo();
    expect((await Promise.all(posts)).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(groups).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('go 200 at a time', async () => {
    const { groups, letGo, post } = store();
    const posts = Array.from({ length: 502 }, (_, n) => post(String(n)));
    letGo();
    await Promise.all(posts);
    expect(groups.map((group) => group.length)).toEqual([1, 200, 200, 101]);
  });

  it('do not sink with one that cannot be stored', async () => {
    const bad = new Error('cannot be stored');
    const { letGo, post } = store((group) =>
      group.some(({ summary }) => summary === 'bad') ? bad : undefined,
    );
    const posts = ['first', 'a', 'bad', 'b'].map(post);
    letGo();
    const results = await Promise.allSettled(posts);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: bad });
    expect(await post('later')).toMatchObject({ id: 'later' });
  });

  it('all fail at once without a database, and later ones are tried anew', async () => {
    let away = true;
    const gone = new TielineError('database-unreachable', 'gone');
    const { groups, letGo, post } = store(() => (away ? gone : undefined));
    const posts = ['first', 'a', 'b', 'c'].map(post);
    letGo();
    const results = await Promise.allSettled(posts);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    expect(groups).toHaveLength(2);
    away = false;
    expect(await post('later')).toMatchObject({ id: 'later' });
  });
});
