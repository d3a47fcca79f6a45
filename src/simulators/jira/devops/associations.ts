import type { World } from '../world.ts';
import type { Association, IssueAssociation, Ties } from './association-schema.ts';
import { splitKeys } from './submission.ts';

/** An entity's ties, sorted into what the site knows and what it does not. */
export interface SortedAssociations {
  issueKeys: string[];
  services: string[];
  /** The known values, in the shape in which they came. */
  known: Association[];
  unknown: Association[];
  unknownIssueKeys: string[];
}

/** The same association twice: with the values that fit, and with the others; empty ones are left out. */
function divide(association: Association, world: World, provider: string): [Association[], Association[]] {
  const halves = <V, A>(values: V[], isKnown: (value: V) => boolean, make: (some: V[]) => A): [A[], A[]] => {
    const known = values.filter(isKnown);
    const unknown = values.filter((value) => !isKnown(value));
    return [known.length === 0 ? [] : [make(known)], unknown.length === 0 ? [] : [make(unknown)]];
  };
  switch (association.associationType) {
    case 'commit':
      return halves(
        association.values,
        (one) =>
          world.devinfo.find(provider, one.repositoryId)?.entities.commits.has(one.commitHash) === true,
        (values) => ({ ...association, values }),
      );
    case 'repository':
      return halves(
        association.values,
        (one) => world.devinfo.find(provider, one.repositoryId) !== undefined,
        (values) => ({ ...association, values }),
      );
    case 'serviceIdOrKeys':
      return halves(
        [...new Set(association.values)],
        (id) => world.seed.services.includes(id),
        (values) => ({ ...association, values }),
      );
    default:
      return halves(
        [...new Set(association.values)],
        (key) => isIssue(world, key),
        (values) => ({ ...association, values }),
      );
  }
}

/** Keys must be exact; ids may stand in their place. */
const isIssue = (world: World, idOrKey: string) =>
  idOrKey.includes('-') ? world.platform.hasIssue(idOrKey) : world.platform.findIssue(idOrKey) !== undefined;

const issueValues = (associations: Association[]): string[] =>
  associations.flatMap((one) =>
    one.associationType === 'issueKeys' || one.associationType === 'issueIdOrKeys' ? one.values : [],
  );

/** Looks up every tie of an entity of this provider. */
export function sortAssociations(world: World, provider: string, ties: Ties): SortedAssociations {
  const divided = (ties.associations ?? []).map((one) => divide(one, world, provider));
  const known = divided.flatMap(([one]) => one);
  const unknown = divided.flatMap(([, one]) => one);
  const direct = splitKeys(ties.issueKeys ?? [], world.platform.hasIssue);
  const tied = issueValues(known).map((value) => world.platform.findIssue(value)?.key ?? value);
  const lost = issueValues(unknown).filter((value) => value.includes('-'));
  return {
    issueKeys: [...new Set([...direct.known, ...tied])],
    services: known.flatMap((one) => (one.associationType === 'serviceIdOrKeys' ? one.values : [])),
    known,
    unknown,
    unknownIssueKeys: [...new Set([...direct.unknown, ...lost])],
  };
}

/** Unique ones among the unknown associations of a request's entities, in order. */
export function collectAssociations() {
  const found = new Map<string, Association>();
  return {
    add(associations: Association[]) {
      for (const one of associations) found.set(JSON.stringify(one), one);
    },
    list: () => [...found.values()],
  };
}

/** What is stored of an entity's ties: the known ones, each form only when there are some. */
export function knownTies({ issueKeys, known }: SortedAssociations): Ties {
  return {
    ...(issueKeys.length > 0 ? { issueKeys } : {}),
    ...(known.length > 0 ? { associations: known } : {}),
  };
}

/** The same, for entities that can only be tied to issues. */
export function knownIssueTies({ issueKeys, known }: SortedAssociations) {
  const associations = known.flatMap((one): IssueAssociation[] =>
    one.associationType === 'issueKeys' || one.associationType === 'issueIdOrKeys' ? [one] : [],
  );
  return { issueKeys, associations: associations.length > 0 ? associations : undefined };
}
