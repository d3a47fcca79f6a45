// What a hub costs while it does nothing, how fast it starts again, and how much it takes on disk.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quantile, startDatabases, startHub } from './stage.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'tieline-footprint-'));

execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], { cwd: root, stdio: 'ignore' });
execFileSync('npm', ['init', '--yes'], { cwd: scratch, stdio: 'ignore' });
execFileSync('sh', ['-c', 'npm install --no-audit --no-fund ./tieline-*.tgz'], {
  cwd: scratch,
  stdio: 'ignore',
});
const kilobytes = Number(
  /^\d+/.exec(execFileSync('du', ['-sk', join(scratch, 'node_modules')], { encoding: 'utf8' })),
);
console.log(`production install: ${(kilobytes / 1_024).toFixed(0)} MB (wanted: under 150)`);

/** Median milliseconds of a command. */
function timeOf(command: string[]): number {
  const times = Array.from({ length: 15 }, () => {
    const begun = performance.now();
    const { status } = spawnSync(process.execPath, command, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}`);
    return performance.now() - begun;
  });
  return quantile(times, 0.5);
}
const bare = timeOf(['-e', '0']);
const installed = join(scratch, 'node_modules/tieline/bin/tieline.cjs');
const version = timeOf([installed, '--version']);
console.log(
  `tieline --version: ${version.toFixed(0)} ms (wanted: under 80); node alone ${bare.toFixed(0)} ms, ratio ${(version / bare).toFixed(2)}`,
);

const databases = await startDatabases(['hub']);
const first = await startHub(databases.url('hub'), installed);
await first.stop();
const warm = await startHub(databases.url('hub'), installed);
console.log(
  `warm start to ready: ${warm.readyMs.toFixed(0)} ms (wanted: under 1000), ratio to node alone ${(warm.readyMs / bare).toFixed(1)}`,
);
const pss =
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${warm.pid}/smaps_rollup`, 'utf8'))?.[1]) / 1_024;
console.log(`hub idle: ${pss.toFixed(0)} MB PSS without the database (wanted: under 120)`);

await warm.stop();
await databases.stop();
rmSync(scratch, { recursive: true, force: true });
