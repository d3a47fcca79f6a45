import type { z } from 'zod';
import type { Stores, WritingStores } from './stores.ts';

/** A resource as a file says it. */
export interface Document<S = object> {
  kind: string;
  name: string;
  scope: string;
  labels: Record<string, string>;
  spec: S;
}

/** A resource as it is, said as a document would say it. */
export interface Resource<S = object> {
  /** The hub's own. */
  id: string;
  name: string;
  scope: string;
  spec: S;
  /** What the fields stand for that a document leaves out; an export leaves them out then, too. */
  whenAbsent: Partial<S>;
  /**
   * `ending`: it is being taken away in the background, and what it uses is in use until then. `over`: it counts for
   * nothing any more. Neither is exported; one that is over is found by its document.
   */
  state?: 'ending' | 'over';
}

/** Another resource, by which a document names it. */
export interface ResourceReference {
  kind: string;
  scope: string;
  name: string;
}

/** What became of a document whose resource was not there. */
export interface Made {
  id: string;
  /** It cannot be kept like this: the whole apply is refused, naming what is needed. */
  needs?: 'value';
  /** The text of a new connect key, shown this once. */
  key?: string;
}

/** What differs at a path between a resource and its document. Never a secret. */
export interface Difference {
  path: string;
  before: unknown;
  after: unknown;
}

/**
 * A kind of resource in files. A new kind is one file with one of these, and a line in `kinds.ts`. Everything happens in
 * one transaction: what a kind reads, it reads by the stores that it is given.
 */
export interface ResourceKind<S extends object = object> {
  kind: string;
  /** How the audit log calls it. */
  subject: string;
  name: z.ZodType<string>;
  spec: z.ZodType<S>;
  /** Fields that are for the writing alone: neither compared nor exported. */
  unread: string[];
  /** What must be there first. @throws reference-not-found, request-invalid for what cannot be a reference */
  dependsOn(document: Pick<Document<S>, 'scope' | 'spec'>): ResourceReference[];
  /** What tells it from others of its kind; its scope and its name in any case when absent. */
  identityOf?(document: Pick<Document<S>, 'scope' | 'name' | 'spec'>): string;
  /** The scope in which its resource is to be looked for; its own when absent. */
  livesIn?(document: Document<S>): string;
  /** Asserts what can be known without looking at other resources. @throws request-invalid */
  check?(stores: Stores, document: Document<S>): void;
  /** The document with each value in the form in which {@link read} gives it. */
  settle?(stores: Stores, document: Document<S>): Promise<Document<S>>;
  /** @throws permission-missing, as the routes of the kind do */
  authorise(stores: Stores, document: Pick<Document<S>, 'scope' | 'spec'>): void | Promise<void>;
  /** Those of these scopes and below them that the caller may see. */
  read(stores: Stores, within: string[]): Promise<Resource<S>[]>;
  /** Differences in what {@link read} does not tell. */
  compareUnread?(stores: Stores, document: Document<S>, resource: Resource<S>): Promise<Difference[]>;
  create(stores: WritingStores, document: Document<S>): Promise<Made>;
  /** Brings a resource to what the document says. `changed` holds `name` and the fields of the spec that differ. */
  update(
    stores: WritingStores,
    document: Document<S>,
    resource: Resource<S>,
    changed: Set<string>,
  ): Promise<void>;
  remove(stores: WritingStores, resource: Resource<S>): Promise<void>;
  /** Whether a removed one stays for a while, and what it uses with it. */
  lingers?: true;
}

/** How errors and plans name a resource: `Connection "jira" in account`. */
export const titleOf = ({ kind, name, scope }: ResourceReference): string => `${kind} "${name}" in ${scope}`;
