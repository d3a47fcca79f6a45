import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));

/** What each layer may import, by the first part of the path below src/; `npm:x` are packages that only it may use. */
const mayImport: Record<string, string[]> = {
  'main.ts': ['*'],
  compose: ['*'],
  'config.ts': ['kit'],
  cli: ['features', 'report', 'work', 'database', 'kit', 'config.ts'],
  server: ['features', 'report', 'work', 'database', 'kit', 'config.ts'],
  features: ['report', 'work', 'database', 'kit'],
  connectors: ['http', 'kit'],
  report: ['http', 'kit'],
  agent: ['http', 'kit'],
  work: ['database', 'kit'],
  http: ['kit'],
  database: ['kit'],
  kit: [],
  simulators: [],
};
/** What a folder of kit may import beside zod: parsers and matchers that do no I/O. */
const kitPackages: Record<string, RegExp> = { expression: /^npm:(re2js|@xmldom\/xmldom)$/ };
/** In these folders each subfolder is a house of its own: others enter by its index.ts, or not at all. */
const houses: Record<string, 'by-index' | 'never'> = {
  features: 'by-index',
  connectors: 'never',
  simulators: 'never',
};
/** Packages and names with one home. */
const homes: { what: RegExp; home: RegExp; why: string }[] = [
  { what: /from 'undici'/, home: /^http\//, why: 'outbound HTTP is only in http/' },
  { what: /\bfetch\(/, home: /^simulators\//, why: 'outbound HTTP is only in http/' },
  {
    what: /\bclearText\b/,
    home: /^(http|database)\/|^kit\/secret\.ts$/,
    why: 'a clear text is only in http/ and database/',
  },
  {
    what: /\bprocess\.env\b/,
    home: /^(main|config)\.ts$/,
    why: 'the environment is read only in config.ts and main.ts',
  },
  {
    what: /from 'graphile-worker'/,
    home: /^(work\/|database\/migrate\.ts$)/,
    why: 'graphile-worker stays behind work/',
  },
];
const emptyNames = [
  'utils',
  'util',
  'helpers',
  'common',
  'shared',
  'services',
  'models',
  'types',
  'lib',
  'misc',
];
const mostLines = 300;

interface SourceFile {
  path: string;
  text: string;
  imports: string[];
}

function readSources(): SourceFile[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/fixtures/'))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Relative imports as paths below src/, packages as `npm:name`. */
function importsOf(path: string, text: string): string[] {
  const found = [...text.matchAll(/(?:from|import\()\s*'([^']+)'|^import '([^']+)'/gm)];
  return found.map((match) => {
    const target = match[1] ?? match[2] ?? '';
    return target.startsWith('.') ? relative(root, join(root, dirname(path), target)) : `npm:${target}`;
  });
}

/** Why an import is not allowed, or undefined. */
function complaint(from: string, to: string): string | undefined {
  const [layer = '', house = ''] = from.split('/');
  const [targetLayer = '', targetHouse = '', ...rest] = to.split('/');
  const allowed = mayImport[layer];
  if (allowed === undefined) return `${layer} is no layer of the house`;
  if (to.startsWith('npm:')) {
    const mayUse = /^npm:(node:|zod$)/.test(to) || kitPackages[house]?.test(to);
    return layer === 'kit' && !mayUse ? `kit may use zod only, not ${to}` : undefined;
  }
  if (to.startsWith('..')) return `${to} lies outside src/`;
  if (layer !== targetLayer) {
    return allowed.includes('*') || allowed.includes(targetLayer)
      ? undefined
      : `${layer} may not import ${targetLayer}`;
  }
  const rule = houses[layer];
  if (rule === undefined || house === targetHouse) return undefined;
  if (rule === 'by-index' && rest.join('/') === 'index.ts') return undefined;
  return `${layer}/${house} may not reach into ${layer}/${targetHouse}`;
}

const sources = readSources();

describe('the layers of the house', () => {
  it('looks at the whole of src/', () => {
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(400);
    const layers = new Set(sources.map(({ path }) => path.split('/')[0]));
    for (const layer of ['kit', 'http', 'database', 'work', 'connectors', 'features', 'simulators']) {
      expect(layers).toContain(layer);
    }
  });

  it('has arrows that point down only', () => {
    const complaints = sources.flatMap(({ path, imports }) =>
      imports.flatMap((target) => {
        const why = complaint(path, target);
        return why === undefined ? [] : [`${path}: ${why}`];
      }),
    );
    expect(complaints).toEqual([]);
  });

  it.each([
    ['kit/errors.ts', 'work/index.ts', 'kit may not import work'],
    ['connectors/jira/index.ts', 'features/access/index.ts', 'connectors may not import features'],
    [
      'connectors/jira/index.ts',
      'connectors/github/index.ts',
      'connectors/jira may not reach into connectors/github',
    ],
    [
      'features/access/index.ts',
      'features/connections/routes.ts',
      'features/access may not reach into features/connections',
    ],
    ['features/access/index.ts', 'features/connections/index.ts', undefined],
    ['simulators/jira/index.ts', 'kit/errors.ts', 'simulators may not import kit'],
    ['http/index.ts', 'database/index.ts', 'http may not import database'],
    ['kit/errors.ts', 'npm:fastify', 'kit may use zod only, not npm:fastify'],
    ['kit/secret.ts', 'npm:re2js', 'kit may use zod only, not npm:re2js'],
    ['kit/expression/patterns.ts', 'npm:re2js', undefined],
    ['utils/x.ts', 'kit/errors.ts', 'utils is no layer of the house'],
  ])('judges %s → %s', (from, to, expected) => {
    expect(complaint(from, to)).toBe(expected);
  });

  it('keeps things with one home at home', () => {
    const strays = sources.flatMap(({ path, text }) =>
      homes.flatMap(({ what, home, why }) =>
        what.test(text) && !home.test(path) ? [`${path}: ${why}`] : [],
      ),
    );
    expect(strays).toEqual([]);
  });
});

describe('files and folders', () => {
  it('have names that say something', () => {
    const empty = sources.filter(({ path }) =>
      path.split('/').some((part) => emptyNames.includes(part.replace(/\.ts$/, ''))),
    );
    expect(empty.map(({ path }) => path)).toEqual([]);
  });

  it('have one subject each, and so few lines', () => {
    const long = sources.filter(({ text }) => text.split('\n').length > mostLines);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('are in kit only when two folders need them', () => {
    const users = new Map<string, Set<string>>();
    for (const { path, imports } of sources) {
      const user = path
        .split('/')
        .slice(0, path.startsWith('features/') || path.startsWith('connectors/') ? 2 : 1)
        .join('/');
      for (const target of imports.filter((name) => name.startsWith('kit/'))) {
        users.set(target, (users.get(target) ?? new Set()).add(user));
      }
    }
    // A part of another file of kit, in a folder of its own, is used by whoever uses that file.
    const isPart = (path: string) => path.startsWith('kit/') && path.split('/').length > 2;
    const lonely = sources
      .map(({ path }) => path)
      .filter((path) => path.startsWith('kit/') && !(isPart(path) && users.get(path)?.has('kit')))
      .filter((path) => (users.get(path)?.size ?? 0) < 2);
    expect(lonely).toEqual([]);
  });
});
