import { TielineError } from '../kit/errors.ts';
import { isIssueKey } from '../kit/issue-keys.ts';
import { Secret } from '../kit/secret.ts';
import type { Environment } from './ci/definition.ts';
import { readerAddress } from './code-links.ts';
import { type SettingDefinition, type SettingId, settingTable } from './setting-table.ts';
import { baseAddress, serverAddress } from './site-address.ts';

/** The settings of a report, read and checked. Absent is what was not given. */
export interface ReportSettings {
  connectKey?: Secret;
  /** The hub's base address, without a slash at its end. */
  hubUrl?: string;
  clientId?: string;
  clientSecret?: Secret;
  /** Upper-cased project keys. */
  projects?: string[];
  /** The Jira site's base address, without a slash at its end. */
  siteUrl?: string;
  cloudId?: string;
  /** Where Jira Cloud takes builds and deployments, without a slash at its end; Atlassian's own when absent. */
  gatewayUrl?: string;
  environmentName?: string;
  environmentId?: string;
  environmentType?: string;
  state?: string;
  pipeline?: string;
  link?: string;
  /** Upper-cased issue keys; when given, no text is searched. */
  issueKeys?: string[];
  logLevel: 'debug' | 'info';
  services: string[];
  label?: string;
  /** Globs of JUnit XML files. */
  junit: string[];
  buildNumber?: number;
  /** What is odd about the settings but no error. */
  notices: string[];
}

/** Where settings come from. Flags are named without dashes; `readText` reads the files of `…_FILE`. */
export interface SettingSources {
  flags: Readonly<Record<string, string | readonly string[] | undefined>>;
  env: Environment;
  readText(path: string): string;
}

const prefixes = ['PLUGIN_', 'TIELINE_', ''];

/** The variables that may hold a setting, the first that is set counts: `PLUGIN_X`, `plugin_x`, `TIELINE_X`, …, `x`. */
export function settingVariables(setting: SettingDefinition): string[] {
  const prefixed = prefixes.filter((prefix) => prefix !== '' || !setting.prefixedOnly);
  return [
    ...prefixed.flatMap((prefix) => {
      const name = `${prefix}${setting.name}`;
      return [name, name.toLowerCase()];
    }),
    ...(setting.aliases ?? []),
  ];
}

/** Without what neither JSON nor PostgreSQL can hold, and without blanks around it. */
const clean = (text: string) => text.replaceAll('\0', '').toWellFormed().trim();

function readSecretFile(sources: SettingSources, path: string, from: string): string {
  try {
    return clean(sources.readText(path));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TielineError('usage-wrong', `${from} cannot be read from its file: ${reason}`, {
      hint: 'Name a file that this user may read and that holds nothing but the secret.',
      cause,
    });
  }
}

/** The setting's text and the name under which it was given. */
function findText(id: SettingId, sources: SettingSources): { text: string; from: string } | undefined {
  const setting: SettingDefinition = settingTable[id];
  const places = [
    {
      from: `--${setting.flag}`,
      value: sources.flags[setting.flag],
      file: sources.flags[`${setting.flag}-file`],
    },
    ...settingVariables(setting).map((from) => ({
      from,
      value: sources.env[from],
      file: sources.env[from === from.toLowerCase() ? `${from}_file` : `${from}_FILE`],
    })),
  ];
  for (const { from, value, file } of places) {
    const text = clean(Array.isArray(value) ? value.join(',') : String(value ?? ''));
    if (text !== '') return { text, from };
    if (setting.secret && typeof file === 'string' && file.trim() !== '') {
      return { text: readSecretFile(sources, file.trim(), from), from };
    }
  }
  return undefined;
}

const wrong = (message: string, hint: string) => new TielineError('usage-wrong', message, { hint });

const splitList = (text: string) => text.split(/[\s,;]+/).filter((item) => item !== '');

/** Globs may hold spaces, and commas inside braces. */
const splitGlobs = (text: string) =>
  text
    .split(/[,;\n](?![^{}]*\})/)
    .map((item) => item.trim())
    .filter((item) => item !== '');

function parseProjects(text: string): string[] {
  return splitList(text.toUpperCase()).map((project) => {
    if (isIssueKey(`${project}-1`)) return project;
    throw wrong(
      `PROJECT names "${project}", which is no project key`,
      'Give keys such as MYT, with commas between.',
    );
  });
}

function parseLink(text: string): string {
  const link = readerAddress(text);
  if (link !== undefined) return link;
  throw wrong('LINK is not an http(s) address', 'Give the whole address, with https:// before it.');
}

function parseNumber(text: string): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw wrong(`BUILD_NUMBER is "${text}", which is no whole number`, 'Give digits only.');
}

function parseIssueKeys(text: string, notices: string[]): string[] {
  const items = splitList(text.toUpperCase()).map((item) => item.replace(/^\[|\]$/g, ''));
  const others = items.filter((item) => !isIssueKey(item));
  if (others.length > 0) notices.push(`Left out, as no issue keys: ${others.join(', ')}`);
  return [...new Set(items.filter(isIssueKey))];
}

/**
 * Reads every setting. A flag goes before `PLUGIN_X`, that before `TIELINE_X`, that before the plain name; blank is
 * as good as absent.
 * @throws TielineError `usage-wrong` for a setting that cannot be meant
 */
export function readSettings(sources: SettingSources): ReportSettings {
  const notices: string[] = [];
  const text = (id: SettingId) => findText(id, sources)?.text;
  const parsed = <T>(id: SettingId, parse: (text: string, from: string) => T): T | undefined => {
    const found = findText(id, sources);
    return found && parse(found.text, found.from);
  };
  const secret = (secretText: string) => new Secret(secretText);
  return {
    connectKey: parsed('connectKey', secret),
    hubUrl: parsed('connectHostname', serverAddress),
    clientId: text('clientId'),
    clientSecret: parsed('clientSecret', secret),
    projects: parsed('project', parseProjects),
    siteUrl: parsed('instance', baseAddress),
    cloudId: text('cloudId'),
    gatewayUrl: parsed('gatewayUrl', serverAddress),
    environmentName: text('environmentName'),
    environmentId: text('environmentId'),
    environmentType: text('environmentType'),
    state: text('state'),
    pipeline: text('pipeline'),
    link: parsed('link', parseLink),
    issueKeys: parsed('issueKeys', (keys) => parseIssueKeys(keys, notices)),
    logLevel: parsed('logLevel', (level) => (/^(debug|trace)$/i.test(level) ? 'debug' : 'info')) ?? 'info',
    services: parsed('service', splitList) ?? [],
    label: text('label'),
    junit: parsed('junit', splitGlobs) ?? [],
    buildNumber: parsed('buildNumber', parseNumber),
    notices,
  };
}
