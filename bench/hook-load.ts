// Sends webhooks at a steady rate, in a thread of its own: what the simulated Jira does must not delay them. Answers with
// the time from when each was due until it was accepted, and with the branches as they are then.
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Pool } from 'undici';
import { type Branch, type HookAddress, push, sendHook } from './made-up-push.ts';

/** What the thread is given. */
export interface HookLoad {
  url: string;
  hook: HookAddress;
  branches: Branch[];
  rate: number;
  seconds: number;
}

/** What it answers with. */
export interface HookLoadResult {
  acceptMs: number[];
  branches: Branch[];
}

const { url, hook, branches, rate, seconds } = workerData as HookLoad;
const pool = new Pool(url, { connections: 64 });
const acceptMs: number[] = [];
const sent: Promise<void>[] = [];
/** By branch: a host that pushes are made to one after the other tells of them so. */
const lastOf = new Map<Branch, Promise<void>>();

const begun = performance.now();
while (sent.length < seconds * rate) {
  const due = Math.min(seconds * rate, Math.ceil(((performance.now() - begun) / 1_000) * rate));
  while (sent.length < due) {
    const branch = branches[sent.length % branches.length];
    if (branch === undefined) throw new Error('no branch');
    const dueAt = begun + (sent.length / rate) * 1_000;
    const { body } = push(branch, 'MYT-2');
    const answered = (lastOf.get(branch) ?? Promise.resolve())
      .then(() => sendHook(pool, hook, body))
      .then(() => void acceptMs.push(performance.now() - dueAt));
    lastOf.set(branch, answered);
    sent.push(answered);
  }
  await pause(1);
}
await Promise.all(sent);
await pool.close();
parentPort?.postMessage({ acceptMs, branches } satisfies HookLoadResult);
