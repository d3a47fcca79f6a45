import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { parse as parseYaml } from 'yaml';
import { type Deviation, deviations, type JsonObject } from './deviations.ts';
import { harnessCodeDeviations } from './harness-code-deviations.ts';

// Its types describe the module object, not what Node hands over.
const addFormats = addFormatsModule.default ?? addFormatsModule;

const files = {
  platform: 'jira-cloud-platform-v3.2025-09.json',
  software: 'jira-software-cloud.2025-06.json',
  dataCenter: 'jira-dc-10.3.24.json',
  harnessCode: 'harness-code.2026-08-21.yaml',
} as const;
type Document = keyof typeof files;

function folder(): string {
  const given = process.env.TIELINE_CONTRACTS;
  if (given !== undefined && given !== '') return given;
  throw new Error('TIELINE_CONTRACTS is not set: give the folder that holds the published API descriptions');
}

function read(name: string): JsonObject {
  const path = join(folder(), name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`TIELINE_CONTRACTS has no ${name}`, { cause });
  }
  if (name.endsWith('.yaml')) return parseYaml(text);
  // Java's name of the class of decimal digits; JavaScript knows the shorter one.
  return JSON.parse(text.replaceAll('\\\\p{Digit}', '\\\\p{Nd}'));
}

interface Operation {
  document: Document;
  method: string;
  /** As documented, e.g. `/rest/builds/0.1/pipelines/{pipelineId}/builds/{buildNumber}`. */
  path: string;
  fits: RegExp;
  parameters: number;
  description: JsonObject;
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const escapePointer = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1');

function listOperations(document: Document, description: JsonObject): Operation[] {
  const paths = Object.entries((description.paths ?? {}) as Record<string, JsonObject>);
  return paths.flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => ({
        document,
        method: method.toUpperCase(),
        path,
        fits: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
        parameters: path.split('{').length - 1,
        description: operation as JsonObject,
      })),
  );
}

const allDeviations: Deviation[] = [...deviations, ...harnessCodeDeviations];

/** @param plainPath turns the path of a request into the one that the documents have. */
function openContracts(documents: Document[], plainPath: (path: string) => string) {
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  addFormats(ajv);
  // `URL` and `url` are the vendor's own words; ajv-formats' `url` refuses addresses of the own network.
  for (const format of ['URL', 'url']) ajv.addFormat(format, true);
  // Jira writes offsets without a colon; see the deviations.
  ajv.addFormat('jira-date-time', (text: string) => !Number.isNaN(Date.parse(text)) && /[Z0-9]$/.test(text));
  const operations: Operation[] = [];
  for (const document of documents) {
    const description = read(files[document]);
    for (const deviation of allDeviations.filter((one) => one.document === document)) {
      deviation.apply(description);
    }
    ajv.addSchema(description, document);
    operations.push(...listOperations(document, description));
  }
  const compiled = new Map<string, ValidateFunction>();

  function check({ document }: Operation, pointer: string[], value: unknown): string[] {
    const reference = `${document}#/${pointer.map(escapePointer).map(encodeURIComponent).join('/')}`;
    const validate = compiled.get(reference) ?? ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map((error) => `${error.instancePath || '(whole)'} ${error.message}`);
  }

  /** The documented operation for an address; the one with the fewest parameters when several fit. */
  function find(method: string, path: string): Operation {
    const plain = plainPath(path.split('?')[0] ?? path);
    const [found] = operations
      .filter((one) => one.method === method && one.fits.test(plain))
      .sort((a, b) => a.parameters - b.parameters);
    if (found === undefined) throw new Error(`${method} ${plain} is in no contract`);
    return found;
  }

  return {
    /** What the contract has against a request body; empty when it has nothing. Throws for an undocumented address. */
    validateRequest(method: string, path: string, body: unknown): string[] {
      const operation = find(method, path);
      const pointer = ['paths', operation.path, method.toLowerCase(), 'requestBody'];
      if (operation.description.requestBody === undefined) {
        return body === undefined ? [] : ['(whole) no body is documented'];
      }
      if (body === undefined) {
        return at(operation.description, 'requestBody', 'required') === true
          ? ['(whole) a body is required']
          : [];
      }
      return check(operation, [...pointer, 'content', 'application/json', 'schema'], body);
    },

    /** What the contract has against an answer; empty when it has nothing. Throws for an undocumented address. */
    validateResponse(method: string, path: string, status: number, body: unknown): string[] {
      const operation = find(method, path);
      const responses = operation.description.responses;
      const code = isObject(responses) && String(status) in responses ? String(status) : 'default';
      const response = at(responses, code);
      if (response === undefined) return [`(whole) status ${status} is not documented`];
      // A 204 has no body by HTTP, whatever is documented.
      if (status === 204 || at(response, 'content', 'application/json', 'schema') === undefined) return [];
      if (body === undefined) return ['(whole) a body is documented'];
      const pointer = ['paths', operation.path, method.toLowerCase(), 'responses', code];
      return check(operation, [...pointer, 'content', 'application/json', 'schema'], body);
    },

    /** The names in an address's query that are not documented. */
    listUnknownParameters(method: string, path: string): string[] {
      const { parameters } = find(method, path).description;
      const documented = Array.isArray(parameters) ? parameters.map((one) => at(one, 'name')) : [];
      const given = new URL(path, 'http://any').searchParams.keys();
      return [...new Set(given)].filter((name) => !documented.includes(name));
    },

    /** The schema of a request body, as documented. */
    getRequestSchema(method: string, path: string): JsonObject {
      const schema = at(
        find(method, path).description,
        'requestBody',
        'content',
        'application/json',
        'schema',
      );
      if (!isObject(schema)) throw new Error(`${method} ${path} documents no body`);
      return schema;
    },
  };
}

/**
 * The published contracts of Jira Cloud, compiled once for a test file. Importing this fails when their folder is not
 * given. Addresses are those of the site or of the gateway; v2 of the platform is v3 with texts.
 */
export const { validateRequest, validateResponse, getRequestSchema, listUnknownParameters } = openContracts(
  ['platform', 'software'],
  (path) =>
    path
      .replace(/^\/jira\/(builds|deployments|devinfo)\/([\d.]+)\/cloud\/[^/]+\//, '/rest/$1/$2/')
      .replace(/^\/rest\/api\/2\//, '/rest/api/3/'),
);

/** The same of Jira Data Center, whatever its context path: its description starts below `/rest`. */
export const dataCenterContract = openContracts(['dataCenter'], (path) => path.replace(/^.*?\/rest\//, '/'));

/** The same of Harness Code and Gitness, wherever their API is mounted. */
export const harnessCodeContract = openContracts(['harnessCode'], (path) =>
  path.replace(/^(\/code)?\/api\/v1\//, '/'),
);
