// Makes dist/report.cjs: `tieline report` as one file that runs on plain Node, for the image and for copying into a CI.
// --outfile FILE writes it elsewhere. Run it after build.ts, which empties dist/.
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { outfile: { type: 'string' } } });
const outfile = resolve(values.outfile ?? join(root, 'dist/report.cjs'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Older than the runtime of the hub: what it lacks, and what of it is used, stands in the prelude. */
const target = 'node20';

/** URL.parse came with Node 22.1. */
const prelude = `URL.parse ??= (text, base) => { try { return new URL(text, base); } catch { return null; } };`;

/**
 * What is never used of a package, by the modules that hold it: zod's messages in forty languages, undici's
 * experimental parser, and HTTP/2, which our pools do not speak.
 */
const leftOut: { filter: RegExp; contents: string }[] = [
  { filter: /\/locales\/index\.js$/, contents: 'export {};' },
  { filter: /\/milo\/(no-)?simd\.js$/, contents: `throw new Error('the experimental parser is left out');` },
  {
    filter: /\/client-h2\.js$/,
    contents: `module.exports = () => { throw new Error('HTTP/2 is left out'); };`,
  },
];

/** What is used of the two largest packages. */
const entries: Record<string, string> = {
  undici: `
    require('undici/lib/dispatcher/dispatcher.js').prototype.request = require('undici/lib/api/api-request.js');
    exports.Agent = require('undici/lib/dispatcher/agent.js');`,
  zod: `export { z } from 'zod';`,
};

const common = {
  absWorkingDir: root,
  bundle: true,
  // CommonJS: names that an older Node's modules lack are undefined there instead of an error at the start.
  format: 'cjs',
  platform: 'node',
  target,
  minify: true,
  logLevel: 'warning',
} satisfies BuildOptions;

const withoutTheUnused: Plugin = {
  name: 'without-the-unused',
  setup({ onResolve, onLoad }) {
    for (const { filter, contents } of leftOut) {
      const namespace = String(filter);
      onResolve({ filter }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents }));
    }
  },
};

/** A package as the text of one function body, bundled by itself. */
async function bundlePackage(contents: string): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    stdin: { contents, resolveDir: root },
    write: false,
    plugins: [withoutTheUnused],
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Node parses the whole file at each start, 20 ms for these packages alone, though a dry run needs neither and a hub
 * needs no zod. As texts they cost next to nothing until they are loaded.
 */
const packagesAsTexts: Plugin = {
  name: 'packages-as-texts',
  setup({ onResolve, onLoad }) {
    for (const [name, contents] of Object.entries(entries)) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: name }));
      onLoad({ filter: /.*/, namespace: name }, async () => ({
        contents: `new Function('module', 'exports', 'require', ${JSON.stringify(await bundlePackage(contents))})(module, exports, require);`,
      }));
    }
  },
};

/** Commander starts other programs when asked to; nobody asks here, and the module takes 4 ms to load. */
const noChildrenOfCommander: Plugin = {
  name: 'no-children-of-commander',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) =>
      importer.includes('/node_modules/commander/') ? { path, namespace: 'no-children' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'no-children' }, () => ({ contents: 'export default {};' }));
  },
};

const result = await build({
  ...common,
  entryPoints: ['tools/report-entry.ts'],
  outfile,
  metafile: true,
  define: { TIELINE_VERSION: JSON.stringify(version) },
  banner: { js: `#!/usr/bin/env node\n${prelude}` },
  plugins: [packagesAsTexts, noChildrenOfCommander],
});
chmodSync(outfile, 0o755);

/** Of the rest of the hub only shapes may be known here. */
const unwanted =
  /^src\/(database|server|work|features|simulators)\/|node_modules\/(pg|fastify|kysely|graphile-worker)\//;
const strays = Object.keys(result.metafile.inputs).filter((path) => unwanted.test(path));
if (strays.length > 0) throw new Error(`the bundle holds parts of the hub: ${strays.join(', ')}`);

console.log(`${outfile}: ${Math.round(statSync(outfile).size / 1024)} KB`);
