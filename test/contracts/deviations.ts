/** Any JSON object. */
export type JsonObject = { [key: string]: unknown };

/** Where the real Jira is known to do otherwise than its published contract. */
export interface Deviation {
  document: 'platform' | 'software' | 'dataCenter' | 'harnessCode';
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

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The answers of one operation, by status. */
function responsesOf(description: JsonObject, method: string, path: string): JsonObject {
  const { paths } = description;
  const operations = isObject(paths) ? paths[path] : undefined;
  const operation = isObject(operations) ? operations[method] : undefined;
  if (!isObject(operation) || !isObject(operation.responses))
    throw new Error(`no ${method} ${path} to change`);
  return operation.responses;
}

/** Puts another schema around the one with which an operation answers 200. */
function wrapAnswer(
  description: JsonObject,
  method: string,
  path: string,
  wrap: (schema: unknown) => JsonObject,
) {
  const responses = responsesOf(description, method, path);
  const { content } = isObject(responses[200]) ? responses[200] : {};
  const json = isObject(content) ? content['application/json'] : undefined;
  if (!isObject(json)) throw new Error(`${method} ${path} documents no JSON`);
  json.schema = wrap(json.schema);
}

const schemaOf = (description: JsonObject, name: string): JsonObject => {
  const { components } = description;
  const schemas = isObject(components) ? components.schemas : undefined;
  const schema = isObject(schemas) ? schemas[name] : undefined;
  if (!isObject(schema) || !isObject(schema.properties)) throw new Error(`no schema ${name} to change`);
  return schema.properties;
};

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
  {
    document: 'dataCenter',
    what: 'A list is a list',
    why: 'the description names the schema of one member where its own words say that several are returned',
    apply(description) {
      const lists = [
        'project',
        'user/search',
        'user/assignable/search',
        'issue/{issueIdOrKey}/remotelink',
        'issuetype',
        'status',
        'priority',
        'resolution',
        'field',
        'project/{projectIdOrKey}/statuses',
        'project/{projectIdOrKey}/components',
        'project/{projectIdOrKey}/versions',
      ];
      for (const path of lists.map((list) => `/api/2/${list}`)) {
        wrapAnswer(description, 'get', path, (one) => ({ anyOf: [{ type: 'array', items: one }, one] }));
      }
    },
  },
  {
    document: 'platform',
    what: 'Linking two issues answers with nothing but its status',
    why: 'the contract names a JSON body and says nothing of what is in it; clients that parse one fail',
    apply(description) {
      responsesOf(description, 'post', '/rest/api/3/issueLink')[201] = { description: 'Linked' };
    },
  },
  {
    document: 'dataCenter',
    what: 'A history tells of a value that was not there by null',
    why: 'the description knows no null at all; its texts from and to are Java Strings, and recorded answers hold null',
    apply(description) {
      for (const name of ['from', 'fromString', 'to', 'toString']) {
        schemaOf(description, 'ChangeItemBean')[name] = { type: ['string', 'null'] };
      }
    },
  },
  {
    document: 'platform',
    what: 'A history tells of a value that was not there by null',
    why: "Jira's own examples of histories show null where the schema knows texts alone",
    apply(description) {
      for (const name of ['from', 'fromString', 'to', 'toString']) {
        schemaOf(description, 'ChangeDetails')[name] = { type: ['string', 'null'] };
      }
    },
  },
  {
    document: 'dataCenter',
    what: 'What creating an issue takes comes in pages',
    why: 'startAt and maxResults are documented, and recorded answers hold the members in values',
    apply(description) {
      const path = '/api/2/issue/createmeta/{projectIdOrKey}/issuetypes';
      for (const one of [path, `${path}/{issueTypeId}`]) {
        wrapAnswer(description, 'get', one, (member) => ({
          type: 'object',
          required: ['maxResults', 'startAt', 'total', 'isLast', 'values'],
          properties: { values: { type: 'array', items: member } },
        }));
      }
    },
  },
  {
    document: 'dataCenter',
    what: 'A new remote link is 201, and one on an issue that is not there 404',
    why: 'the same operation of Jira Cloud documents both, and the sibling operations of Data Center the 404',
    apply(description) {
      const responses = responsesOf(description, 'post', '/api/2/issue/{issueIdOrKey}/remotelink');
      responses[201] = responses[200];
      responses[404] = { description: 'No such issue' };
    },
  },
  {
    document: 'dataCenter',
    what: 'Creating an issue may be 401 and editing one 401 and 404',
    why: 'Jira authenticates before it looks at a body; the sibling operations document these statuses',
    apply(description) {
      responsesOf(description, 'post', '/api/2/issue')[401] = { description: 'Nobody' };
      Object.assign(responsesOf(description, 'put', '/api/2/issue/{issueIdOrKey}'), {
        401: { description: 'Nobody' },
        404: { description: 'No such issue' },
      });
    },
  },
  {
    document: 'dataCenter',
    what: 'Fields and properties hold any JSON',
    why: "the description writes Java's Object as an object, and a property's JSON as a text; its examples show texts and lists",
    apply(description) {
      schemaOf(description, 'IssueBean').fields = { type: 'object' };
      schemaOf(description, 'IssueBean').properties = { type: 'object' };
      schemaOf(description, 'IssueUpdateBean').fields = { type: 'object' };
      schemaOf(description, 'EntityPropertyBean').value = {};
    },
  },
];
