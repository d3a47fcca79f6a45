/** Any JSON object. */
export type JsonObject = { [key: string]: unknown };

/** Where the real Jira is known to do otherwise than its published contract. */
export interface Deviation {
  document: 'platform' | 'software';
  what: string;
  why: string;
  /** Changes the description in place, before it is compiled. */
  apply(description: JsonObject): void;
}

/** Every object inside a description. */
function* objectsIn(value: unknown): Generator<JsonObject> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as JsonObject;
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

function widenEnum(description: JsonObject, of: string[], by: string) {
  for (const one of objectsIn(description)) {
    if (Array.isArray(one.enum) && JSON.stringify(one.enum) === JSON.stringify(of)) one.enum = [...of, by];
  }
}

/** The one list of deviations. Each is evidence, not convenience. */
export const deviations: Deviation[] = [
  {
    document: 'software',
    what: 'A pull request may be DRAFT',
    why: "Atlassian's own app for GitHub sends it",
    apply: (description) => widenEnum(description, ['OPEN', 'MERGED', 'DECLINED', 'UNKNOWN'], 'DRAFT'),
  },
  {
    document: 'software',
    what: 'A reviewer may say NEEDSWORK',
    why: "Atlassian's own app for GitHub and GitLab's app send it",
    apply: (description) => widenEnum(description, ['APPROVED', 'UNAPPROVED'], 'NEEDSWORK'),
  },
  {
    document: 'software',
    what: 'A deployment may be associated with commits and repositories',
    why: 'the contract lists them under anyOf, and beside it a oneOf that forgets them',
    apply(description) {
      for (const one of objectsIn(description)) {
        if (Array.isArray(one.oneOf) && Array.isArray(one.anyOf) && one.anyOf.length > one.oneOf.length) {
          delete one.oneOf;
        }
      }
    },
  },
  {
    document: 'platform',
    what: 'Times end in +0000',
    why: "Jira's own examples show offsets without the colon that RFC 3339 asks for",
    apply(description) {
      for (const one of objectsIn(description)) {
        if (one.type === 'string' && one.format === 'date-time') one.format = 'jira-date-time';
      }
    },
  },
];
