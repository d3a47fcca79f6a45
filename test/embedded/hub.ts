import { z } from 'zod';
import { startEmbedded } from '../../src/database/embedded/start.ts';
import { asTielineError } from '../../src/kit/errors.ts';
import type { Log } from '../../src/kit/log.ts';

// What a hub does with its embedded server, as a process of its own: starts it, says so in one line of JSON, stops it
// on SIGTERM. As root it becomes the user it is told to be; its files are read before, as that user may not reach them.

const optionsSchema = z.object({
  home: z.string(),
  stateFolder: z.string().optional(),
  source: z.object({ folder: z.string(), version: z.string() }),
  uid: z.number().optional(),
});
const options = optionsSchema.parse(JSON.parse(process.argv[2] ?? '{}'));

const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const note = (_fields: object, message: string) => say({ said: message });
const log: Log = { debug: note, info: note, warn: note, error: note };

if (options.uid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(options.uid);
  process.setuid?.(options.uid);
}

try {
  const server = await startEmbedded({ ...options, log });
  // nothing of the server keeps a process alive
  const alive = setInterval(() => undefined, 60_000);
  process.once('SIGTERM', async () => {
    await server.stop();
    clearInterval(alive);
  });
  say({ ready: { connection: server.connection, attached: server.attached, home: server.home } });
} catch (error) {
  const { code, message, hint, stack } = asTielineError(error);
  say({ error: { code, message, hint, stack } });
  process.exitCode = 1;
}
