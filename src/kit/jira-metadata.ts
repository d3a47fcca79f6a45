/** A project that the account can see. */
export interface ProjectChoice {
  id: string;
  key: string;
  name: string;
}

/** A kind of issue within a project. */
export interface IssueTypeChoice {
  id: string;
  name: string;
  description: string;
  isSubtask: boolean;
}

/** A status that issues of a project may have, with the kinds of issue that may. */
export interface StatusChoice {
  id: string;
  name: string;
  /** Jira's word: `new`, `indeterminate`, `done`, `undefined`. */
  category: string;
  issueTypes: string[];
}

/** A value that a field may have. A cascading one has children. */
export interface AllowedValue {
  id: string;
  /** What people see: Jira's `name`, else its `value`. */
  label: string;
  /** A project's. */
  key?: string;
  children: AllowedValue[];
}

/** What a field holds, in Jira's own words. */
export interface FieldSchema {
  /** e.g. `string`, `array`, `option`, `option-with-child`. */
  type: string;
  /** What an array holds. */
  items?: string;
  /** The system field that it is, e.g. `summary`. */
  system?: string;
  /** The kind of custom field, e.g. `com.pyxis.greenhopper.jira:gh-sprint`. */
  custom?: string;
}

/** A field on the screen of an issue type, an issue or a transition. */
export interface FieldChoice {
  /** e.g. `summary`, `customfield_10100`. */
  key: string;
  name: string;
  required: boolean;
  hasDefault: boolean;
  schema: FieldSchema;
  /** e.g. `set`, `add`, `remove`. */
  operations: string[];
  /** Undefined when any value of its schema may be given. */
  allowedValues?: AllowedValue[];
}

/** A step of the workflow that is open to an issue now. */
export interface TransitionChoice {
  id: string;
  name: string;
  toStatus: { id: string; name: string; category: string };
  /** Those of its screen. */
  fields: FieldChoice[];
}

/** A user, by what Jira's edition knows them. */
export interface UserChoice {
  /** The account id on Cloud, the user name on a self-hosted Jira. */
  id: string;
  displayName: string;
  /** Absent where the user hides it. */
  email?: string;
  active: boolean;
}

/** What forms offer to choose from. Whole lists: paged through as each edition pages. */
export interface JiraMetadata {
  /** @throws as a request does */
  projects(): Promise<ProjectChoice[]>;
  /** @throws resource-not-found for a project that the account cannot see */
  issueTypes(project: string): Promise<IssueTypeChoice[]>;
  statuses(project: string): Promise<StatusChoice[]>;
  /** The fields of the screen on which issues of a type are created; both shapes of createmeta. */
  createFields(project: string, issueTypeId: string): Promise<FieldChoice[]>;
  /** The fields that may be edited on an issue now. */
  editFields(issueKey: string): Promise<FieldChoice[]>;
  transitions(issueKey: string): Promise<TransitionChoice[]>;
  /** Users that match a name or an e-mail address, at most 50. */
  users(query: string): Promise<UserChoice[]>;
}
