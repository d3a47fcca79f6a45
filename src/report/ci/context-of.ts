import { readCiContext } from '../ci-context.ts';
import type { Environment } from './definition.ts';

/** For tests: the context on a machine whose only files are these, without what is absent. */
export async function contextOf(env: Environment, files: Readonly<Record<string, string>> = {}) {
  const readText = (path: string) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: no such file, open '${path}'`);
    return text;
  };
  const context = await readCiContext(env, { cwd: '/nowhere', readText });
  return Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined));
}
