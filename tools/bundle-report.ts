// Makes dist/report.cjs: `tieline report` as one file that runs on plain Node, for the image and for copying into a CI.
// --outfile FILE writes it elsewhere. Run it after build.ts, which empties dist/.
import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({ options: { outfile: { type: 'string' } } });
const outfile = resolve(values.outfile ?? join(root, 'dist/report.cjs'));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Older than the runtime of the hub: what it lacks, and what of it is used, stands in the prelude. */
const target = 'node20';

/** URL.parse came with Node 22.1. */
const prelude = `URL.parse ??= (text, base) => { try { return new URL(text, base); } catch { return null; } };`;

/** What stands in the bundle for a package, or for a part of one that is never used. */
const replaced: { filter: RegExp; contents: string }[] = [
  // Whatever else is imported of undici is for hubs only, and undefined here.
  { filter: /^undici$/, contents: `module.exports = require('./src/http/plain-agent.ts');` },
  // Messages in forty languages.
  { filter: /\/locales\/index\.js$/, contents: 'export {};' },
];
/** What is used of a large package that most runs do not need. */
const entries: Record<string, string> = {
  zod: `export { z } from 'zod';`,
  'env-ci': `module.exports = require('env-ci').default;`,
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

const replacements: Plugin = {
  name: 'replacements',
  setup({ onResolve, onLoad }) {
    for (const { filter, contents } of replaced) {
      const namespace = String(filter);
      onResolve({ filter }, ({ path }) => ({ path, namespace }));
      onLoad({ filter: /.*/, namespace }, () => ({ contents, resolveDir: root }));
    }
  },
};

/** A package as the text of one function body, bundled by itself. */
async function bundlePackage(contents: string): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    stdin: { contents, resolveDir: root },
    write: false,
    plugins: [replacements],
  });
  return outputFiles[0]?.text ?? '';
}

/**
 * Node reads the whole file at each start, though most runs do not need these packages. As compressed texts they cost
 * next to nothing until they are loaded.
 */
const packagesAsTexts: Plugin = {
  name: 'packages-as-texts',
  setup({ onResolve, onLoad }) {
    for (const [name, contents] of Object.entries(entries)) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: name }));
      onLoad({ filter: /.*/, namespace: name }, async () => {
        const packed = brotliCompressSync(await bundlePackage(contents)).toString('base64');
        const text = `require('node:zlib').brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString()`;
        return {
          contents: `new Function('module', 'exports', 'require', ${text})(module, exports, require);`,
        };
      });
    }
  },
};

/**
 * Modules of Node that take milliseconds to load, and that many runs do not need, by who imports them: loaded when one of
 * their names is used. Commander starts other programs when asked to; nobody asks here.
 */
const lateModules: { filter: RegExp; importer: RegExp }[] = [
  { filter: /^node:(crypto|tls|fs\/promises)$/, importer: /\/src\// },
  { filter: /^node:child_process$/, importer: /\/node_modules\/commander\// },
];
const lateNodeModules: Plugin = {
  name: 'late-node-modules',
  setup({ onResolve, onLoad }) {
    for (const { filter, importer } of lateModules) {
      onResolve({ filter }, (args) =>
        importer.test(args.importer) ? { path: args.path, namespace: 'late' } : undefined,
      );
    }
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
      const names = Object.keys(await import(path));
      const getters = names.map(
        (name) => `get ${name}() { return require(${JSON.stringify(path)}).${name}; }`,
      );
      return { contents: `module.exports = { ${getters.join(', ')} };` };
    });
  },
};

const result = await build({
  ...common,
  entryPoints: ['tools/report-entry.ts'],
  outfile,
  metafile: true,
  define: { TIELINE_VERSION: JSON.stringify(version) },
  banner: { js: `#!/usr/bin/env node\n${prelude}` },
  plugins: [replacements, packagesAsTexts, lateNodeModules],
});
chmodSync(outfile, 0o755);

/** Of the rest of the hub only shapes may be known here. */
const unwanted =
  /^src\/(database|server|work|features|simulators)\/|node_modules\/(pg|fastify|kysely|graphile-worker)\//;
const strays = Object.keys(result.metafile.inputs).filter((path) => unwanted.test(path));
if (strays.length > 0) throw new Error(`the bundle holds parts of the hub: ${strays.join(', ')}`);

/** What every report loads before it sends; other parts may be imported when they are needed. */
const senders = ['src/compose/client.ts', 'src/compose/direct.ts', 'tools/report-entry.ts'];
const slow = Object.keys(entries).flatMap((name) => `${name}:${name}`);
const loaded = new Set(senders);
for (const path of loaded) {
  for (const { path: next, kind } of result.metafile.inputs[path]?.imports ?? []) {
    if (kind !== 'dynamic-import') loaded.add(next);
  }
}
const loadedSlow = slow.filter((path) => loaded.has(path));
if (loadedSlow.length > 0) throw new Error(`every report would load ${loadedSlow.join(', ')}`);

console.log(`${outfile}: ${Math.round(statSync(outfile).size / 1024)} KB`);
