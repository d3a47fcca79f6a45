import type { Refusal } from './answer.ts';
import type { RichText } from './platform/rich-text.ts';
import type { Incoming } from './route.ts';
import type { SeedAccount } from './seed.ts';
import type { World } from './world.ts';

/** What the editions do differently where they share a route. */
export interface Edition {
  name: 'cloud' | 'data-center';
  /** The versions of the platform API, as they stand in addresses. */
  apiVersions: string[];
  /** So many writes of one issue are taken in so many milliseconds. */
  writeLimits: { writes: number; withinMs: number }[];
  /** What a text of API version 2 is kept as. */
  keepText(text: string): RichText;
  /** Who asks; `undefined` is the anonymous reader. Throws for credentials that are wrong. */
  findAccount(world: World, request: Incoming): SeedAccount | undefined;
  /** What nobody is told where somebody is needed. */
  refuseNobody(request: Incoming): Refusal;
  /** What who may create no issue in a project is told. */
  refuseCreate(): Refusal;
  /** An account as others see it. */
  showUser(world: World, api: string, account: SeedAccount): object;
  /** How webhooks are delivered. */
  delivery: {
    userAgent: string;
    /** Whether a delivery has an identifier and is tried again. */
    isTracked: boolean;
    /** A variable in an address; its name is the first group. */
    variable: RegExp;
    /** Whether the address tells who did it. */
    addsUser: boolean;
    /** An account as such addresses name it. */
    userIds(world: World, account: SeedAccount): { id: string; key: string };
  };
  /** What a project shows beside what all editions show. */
  projectDetails: object;
}
