import { matchesGlob } from '../kit/glob.ts';
import { type EnvironmentType, environmentTypes } from '../kit/jira.ts';

/** Names of environments by type, as globs: `*` any characters, `?` one, case-blind, the whole name. */
export type EnvironmentRules = Partial<Record<EnvironmentType, readonly string[]>>;

/** Words in the names of environments. The first type in this order wins, so that `dev-prod` is development. */
const wordsByType: Readonly<Record<Exclude<EnvironmentType, 'unmapped'>, string>> = {
  development: 'development dev trunk develop',
  testing:
    'testing test tests tst integration integ intg int acceptance accept acpt qa qc control quality uat sit',
  staging: 'staging stage stg sta preprod preproduction preprd prelive model internal',
  production: 'production prod prd live',
};

const wordLists = environmentTypes.flatMap((type) =>
  type === 'unmapped' ? [] : [{ type, words: new Set(wordsByType[type].split(' ')) }],
);

/** Words that turn the next one around: `pre-prod` is staging, `non-prod` is anything but production. */
const prefixes = new Set(['pre', 'non', 'not']);

/** The words of a name: lower-cased, without accents and trailing digits, with a prefix drawn to its word. */
function wordsOf(name: string): string[] {
  const plain = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const words: string[] = [];
  let prefix = '';
  for (const part of plain.split(/[^a-z0-9]+/)) {
    if (part === '') continue;
    if (prefixes.has(part)) {
      prefix = part;
    } else {
      words.push(prefix + part.replace(/\d+$/, ''));
      prefix = '';
    }
  }
  return words;
}

const findByWords = (name: string): EnvironmentType | undefined => {
  const words = wordsOf(name);
  return wordLists.find((list) => words.some((word) => list.words.has(word)))?.type;
};

const findByRules = (name: string, rules: EnvironmentRules): EnvironmentType | undefined =>
  environmentTypes.find((type) =>
    rules[type]?.some((glob) => matchesGlob(name.toLowerCase(), glob.toLowerCase())),
  );

/**
 * The type of an environment: by the type given, which may be a word such as `prod`; else by the rules; else by the
 * words of its name, numbered ones too (`qa1`); else `unmapped`.
 */
export function environmentTypeOf(
  name: string,
  options: { type?: string; rules?: EnvironmentRules } = {},
): EnvironmentType {
  const given = options.type?.trim().toLowerCase();
  const named = given && (environmentTypes.find((type) => type === given) ?? findByWords(given));
  return named || findByRules(name.trim(), options.rules ?? {}) || (findByWords(name) ?? 'unmapped');
}

/** An environment as it is reported: its own name, the type, and an id that is the same in every run. */
export function describeEnvironment(
  name: string,
  options: { id?: string; type?: string; rules?: EnvironmentRules } = {},
): { id: string; displayName: string; type: EnvironmentType } {
  const displayName = name.trim();
  return {
    id: options.id?.trim() || displayName.toLowerCase(),
    displayName,
    type: environmentTypeOf(displayName, options),
  };
}
