import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, isMap, isNode, LineCounter, parseAllDocuments } from 'yaml';
import { TielineError } from '../kit/errors.ts';
import { readNamedFile } from './arguments.ts';
import type { Cli } from './cli.ts';

/** A document of a file. */
export interface FileDocument {
  given: Record<string, unknown>;
  /** The file; `-` for standard input. */
  file: string;
  /** The file, line and column of a field, or of the nearest that holds it: `jira.yaml:12:5`. */
  where(path: string): string;
}

/** As much as the hub takes in one request. */
const mostBytes = 10 * 1024 * 1024;
/** A few anchors are used in earnest; nested ones that unfold to millions are not. */
const maxAliasCount = 100;

type Wrong = { path: string; message: string };

/**
 * Reads the documents of YAML and JSON files, and of every such file in folders, in the order of their names.
 * @throws usage-wrong naming files that cannot be read, and the line and column of whatever is no document
 */
export async function readDocumentFiles(
  cli: Pick<Cli, 'readText'>,
  paths: string[],
): Promise<FileDocument[]> {
  const files = (await Promise.all(paths.map(listFiles))).flat();
  const documents: FileDocument[] = [];
  const wrongs: Wrong[] = [];
  let bytes = 0;
  for (const file of [...new Set(files)]) {
    const text = await cli.readText(file);
    bytes += Buffer.byteLength(text);
    if (bytes > mostBytes) {
      throw new TielineError('usage-wrong', `The files are larger than ${mostBytes / 1024 / 1024} MiB`, {
        hint: 'Apply fewer of them at a time.',
      });
    }
    const { read, wrong } = parseFile(file, text);
    documents.push(...read);
    wrongs.push(...wrong);
  }
  if (wrongs.length > 0) {
    throw new TielineError('usage-wrong', 'What is not YAML documents cannot be applied', {
      hint: 'Correct the lines that are named.',
      fields: wrongs,
    });
  }
  return documents;
}

/** The files that a path stands for. @throws usage-wrong */
async function listFiles(path: string): Promise<string[]> {
  if (path === '-' || !(await readNamedFile(path, stat)).isDirectory()) return [path];
  const entries = await readNamedFile(path, (folder) => readdir(folder, { recursive: true }));
  const files = entries.filter((name) => /\.(?:ya?ml|json)$/i.test(name) && !/(?:^|\/)\./.test(name));
  if (files.length > 0) return files.toSorted().map((name) => join(path, name));
  throw new TielineError('usage-wrong', `The folder ${path} holds no YAML and no JSON file`, {
    hint: 'Their names end in .yaml, .yml or .json.',
  });
}

function parseFile(file: string, text: string): { read: FileDocument[]; wrong: Wrong[] } {
  const lineCounter = new LineCounter();
  const placeAt = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const parsed = parseAllDocuments(text, { lineCounter, prettyErrors: false });
  const read: FileDocument[] = [];
  const wrong: Wrong[] = [];
  for (const document of 'empty' in parsed ? [] : parsed) {
    const start = document.contents?.range?.[0] ?? document.range?.[0] ?? 0;
    const troubles = [...document.errors, ...document.warnings];
    wrong.push(...troubles.map(({ pos, message }) => ({ path: placeAt(pos[0]), message })));
    if (troubles.length > 0 || document.contents === null) continue;
    if (!isMap(document.contents)) {
      wrong.push({ path: placeAt(start), message: 'A document must have fields, such as kind and name' });
      continue;
    }
    const { given, message } = unfold(document);
    if (given === undefined) wrong.push({ path: placeAt(start), message });
    else read.push({ given, file, where: (path) => placeAt(findOffset(document, path) ?? start) });
  }
  return { read, wrong };
}

/** The document as plain data; why not, when its aliases unfold to too much. */
function unfold(document: Document.Parsed): { given?: Record<string, unknown>; message: string } {
  try {
    return { given: document.toJS({ maxAliasCount }), message: '' };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

/** Where the field of a path begins, or the nearest above it. */
function findOffset(document: Document.Parsed, path: string): number | undefined {
  const parts = path.split('.').filter((part) => part !== '');
  for (let depth = parts.length; depth > 0; depth -= 1) {
    const node: unknown = document.getIn(
      parts.slice(0, depth).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
      true,
    );
    if (isNode(node) && node.range != null) return node.range[0];
  }
  return undefined;
}
