import { access, chmod, cp, lstat, readdir, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeClosedFolder, query, useFolder } from './hub-process.ts';

const { engine, newFolder, startHub } = useFolder();
const isRoot = process.getuid?.() === 0;

/** A user of this machine that is neither root nor nobody; and a number that is no user's. */
async function findUsers(): Promise<{ known: number; unknown: number }> {
  const passwd = await readFile('/etc/passwd', 'utf8');
  const uids = passwd.split('\n').map((line) => Number(line.split(':')[2] ?? 0));
  const known = uids.find((uid) => uid > 0 && uid < 65534) ?? 1;
  const unknown = [54321, 54322, 54323].find((uid) => !uids.includes(uid)) ?? 54324;
  return { known, unknown };
}

/** Makes a row, starts again, and finds it. */
async function expectDurable(options: Parameters<typeof startHub>[0]): Promise<void> {
  const first = startHub(options);
  const { connection } = await first.ready();
  await query(connection, `create table kept as select 'still here' as word`);
  await first.stop();
  await expect(access(connection.host)).rejects.toMatchObject({ code: 'ENOENT' });
  const second = startHub(options);
  const again = await second.ready();
  expect(again.attached).toBe(false);
  expect(await query(again.connection, 'select word from kept')).toEqual([{ word: 'still here' }]);
  await second.stop();
}

it('keeps rows over a restart, durably, and listens to nobody else', async () => {
  const home = join(await newFolder(), 'home');
  const hub = startHub({ home });
  const { connection } = await hub.ready();
  const settings = await query(
    connection,
    `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses') order by name`,
  );
  expect(settings.map(({ name, setting }) => `${name}=${setting}`)).toEqual([
    'fsync=on',
    'full_page_writes=on',
    'listen_addresses=',
    'synchronous_commit=on',
  ]);
  expect((await stat(connection.host)).mode & 0o077).toBe(0);
  await hub.stop();
  await expectDurable({ home });
});

it('lives at a path of over 120 characters, and in one with spaces, a comma and an apostrophe', async () => {
  const folder = await newFolder();
  await expectDurable({ home: join(folder, 'a'.repeat(60), 'b'.repeat(60), 'home') });
  await expectDurable({ home: join(folder, "it's mine, my home") });
});

if (isRoot) {
  describe('as root', () => {
    it('runs the server as another user, in the home when that user may enter it', async () => {
      const home = join(await newFolder(0o755), 'home');
      await expectDurable({ home });
      expect((await lstat(join(home, 'database'))).uid).toBe(65534);
      expect((await stat(home)).mode & 0o777).toBe(0o701);
    });

    it('keeps the data elsewhere when the home lies where nobody else may go, and says where', async () => {
      const folder = await newFolder(0o755);
      const home = join(await makeClosedFolder(folder), 'home');
      const stateFolder = join(folder, 'state');
      await expectDurable({ home, stateFolder });
      const [kept] = await readdir(stateFolder);
      expect(await readlink(join(home, 'database'))).toBe(join(stateFolder, kept ?? ''));
      expect(await readFile(join(home, 'database', 'belongs-to'), 'utf8')).toBe(`${home}\n`);
    });

    it('begins anew when the home was removed, and leaves its old data where they lie', async () => {
      const folder = await newFolder(0o755);
      const home = join(await makeClosedFolder(folder), 'home');
      const stateFolder = join(folder, 'state');
      const first = startHub({ home, stateFolder });
      await query((await first.ready()).connection, 'create table kept (id int)');
      await first.stop();
      await rm(home, { recursive: true });
      const second = startHub({ home, stateFolder });
      const { connection } = await second.ready();
      expect(await query(connection, `select to_regclass('kept') as kept`)).toEqual([{ kept: null }]);
      expect(await readdir(stateFolder)).toHaveLength(2);
    });

    it('refuses to begin anew when the data that lie elsewhere are gone', async () => {
      const folder = await newFolder(0o755);
      const home = join(await makeClosedFolder(folder), 'home');
      const first = startHub({ home, stateFolder: join(folder, 'state') });
      await first.ready();
      await first.stop();
      await rename(join(folder, 'state'), join(folder, 'moved'));
      const error = await startHub({ home, stateFolder: join(folder, 'state') }).failed();
      expect(error).toMatchObject({ code: 'home-unusable', message: expect.stringContaining('gone') });
    });

    it('runs programs from a copy when node_modules lies where the other user may not go', async () => {
      const folder = await newFolder(0o755);
      const closed = await makeClosedFolder(folder);
      await cp(engine().folder, join(closed, 'engine'), { recursive: true, verbatimSymlinks: true });
      const source = { folder: join(closed, 'engine'), version: '1' };
      await expectDurable({ home: join(folder, 'home'), source });
    });

    it('says why it cannot run as a root without rights, as in a hardened container', async () => {
      const home = join(await newFolder(0o755), 'home');
      const error = await startHub({ home, under: ['setpriv', '--bounding-set=-all'] }).failed();
      expect(error.code).toBe('embedded-unavailable');
      expect(error.message).toContain('root');
      expect(error.hint).toContain('DATABASE_URL');
    });

    it('takes over the data of a plain user as that user', async () => {
      const { known } = await findUsers();
      const home = join(await newFolder(), 'home');
      const first = startHub({ home, uid: known });
      await first.ready();
      await first.stop();
      await expectDurable({ home });
      expect((await stat(join(home, 'database', 'data'))).uid).toBe(known);
    });
  });

  describe('as another user', () => {
    it('runs as a plain user', async () => {
      const { known } = await findUsers();
      await expectDurable({ home: join(await newFolder(), 'home'), uid: known });
    });

    it('runs as a user whom passwd does not know, and leaves no copy behind', async () => {
      const { unknown } = await findUsers();
      const home = join(await newFolder(), 'home');
      await expectDurable({ home, uid: unknown });
      expect(await readdir(join(home, 'database'))).toEqual(['data']);
    });

    it('says whose data they are when they are another user’s', async () => {
      const { known, unknown } = await findUsers();
      const home = join(await newFolder(), 'home');
      const first = startHub({ home, uid: known });
      await first.ready();
      await first.stop();
      await chmod(home, 0o777);
      await chmod(join(home, 'postgres.log'), 0o666);
      const error = await startHub({ home, uid: unknown }).failed();
      expect(error.code).toBe('home-unusable');
      expect(error.message).toContain(`uid ${known}`);
    });
  });
} else {
  it('says why root cannot run it in a container that holds no other user', async () => {
    const home = join(await newFolder(), 'home');
    const error = await startHub({ home, under: ['unshare', '--user', '--map-root-user'] }).failed();
    expect(error.code).toBe('embedded-unavailable');
    expect(error.hint).toContain('DATABASE_URL');
  });
}
