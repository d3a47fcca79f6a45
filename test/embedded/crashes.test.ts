import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { type HubProcess, query, serverPid, useFolder } from './hub-process.ts';

const { newFolder, startHub } = useFolder();

async function startWithRow(home: string) {
  const hub = startHub({ home });
  const ready = await hub.ready();
  await query(ready.connection, `create table kept as select 'still here' as word`);
  return { hub, ...ready };
}

async function expectRow(hub: HubProcess): Promise<void> {
  const { connection } = await hub.ready();
  expect(await query(connection, 'select word from kept')).toEqual([{ word: 'still here' }]);
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
};

/** A killed server whose parent does not look after it stays in the table of processes; its socket closes all the same. */
async function killServer(home: string): Promise<void> {
  const pid = await serverPid(home);
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => {
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '(gone) Z');
    expect(state).toMatch(/\) Z/);
  });
}

it('takes over the server that a killed hub left running', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  const pid = await serverPid(home);
  await hub.kill();
  const next = startHub({ home });
  await expectRow(next);
  expect((await next.ready()).attached).toBe(true);
  expect(await serverPid(home)).toBe(pid);
  await next.stop();
  expect(isAlive(pid) && (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') S')).toBe(false);
});

it('starts a server again that died with its hub, and loses nothing', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  await hub.kill();
  await killServer(home);
  const next = startHub({ home });
  await expectRow(next);
  expect((await next.ready()).attached).toBe(false);
});

it('is not held up by a pid file whose number is another program’s by now', async () => {
  const home = join(await newFolder(), 'home');
  const { hub, connection } = await startWithRow(home);
  await hub.kill();
  const old = String(await serverPid(home));
  await killServer(home);
  for (const path of [
    join(home, 'database', 'data', 'postmaster.pid'),
    join(connection.host, '.s.PGSQL.5432.lock'),
  ]) {
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(old, String(process.pid)));
  }
  await expectRow(startHub({ home }));
});

it('is not held up by what a start that was killed left, nor by a volume that opens every file to its group', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  await hub.stop();
  const database = join(home, 'database');
  await mkdir(join(database, 'unfinished-abc123', 'data'), { recursive: true });
  await chmod(join(database, 'data'), 0o2770);
  await expectRow(startHub({ home }));
  expect(await readdir(database)).toEqual(['data', 'socket']);
});

it('starts its server again when that crashes', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  await killServer(home);
  await hub.said('the embedded database was started again');
  await expectRow(hub);
  await hub.stop();
});

it('replaces a server that was started with other settings', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  const pid = await serverPid(home);
  await hub.kill();
  const opts = join(home, 'database', 'data', 'postmaster.opts');
  await writeFile(opts, (await readFile(opts, 'utf8')).replace('tieline-18', 'tieline-17'));
  const next = startHub({ home });
  await expectRow(next);
  expect(await serverPid(home)).not.toBe(pid);
});

it('ends the server whose data folder was removed under it, and begins anew', async () => {
  const home = join(await newFolder(), 'home');
  const { hub, connection } = await startWithRow(home);
  await hub.kill();
  await rm(join(home, 'database', 'data'), { recursive: true });
  const next = startHub({ home });
  await next.ready();
  expect(await query(connection, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
});

it('lets a second hub on the same home say so and end, with the first untouched', async () => {
  const home = join(await newFolder(), 'home');
  const { hub } = await startWithRow(home);
  const error = await startHub({ home }).failed();
  expect(error.code).toBe('home-locked');
  expect(error.message).toContain(`process ${hub.pid}`);
  expect(error.message).toContain(home);
  await expectRow(hub);
  await hub.stop();
  await expectRow(startHub({ home }));
});

it('lets one of two hubs that start at once on an empty home have it', async () => {
  const home = join(await newFolder(), 'home');
  const hubs = [startHub({ home }), startHub({ home })];
  const outcomes = await Promise.all(
    hubs.map((hub) =>
      Promise.race([hub.ready().then(() => 'ready'), hub.failed().then(({ code }) => code)]).catch(String),
    ),
  );
  expect(outcomes.toSorted()).toEqual(['home-locked', 'ready']);
});
