/** A link as the API shows it. */
export interface LinkView {
  id: string;
  scope: string;
  name: string;
  level: string;
  host: string;
  state: string;
  scopes: {
    path: string;
    webhook: 'registered' | 'missing';
    problem: { message: string; hint: string } | null;
  }[];
  includeRepositories: string[] | null;
  excludeRepositories: string[] | null;
  projects: string[] | null;
  smartCommits: string;
  hookUrl: string | null;
  firstHookAt: string | null;
  lastHookAt: string | null;
  shown?: { kind: string; count: number }[];
  lastLook?: LookView | null;
}

/** A look at a link as the API shows it. */
export interface LookView {
  id: string;
  state: string;
  startedAt: string | null;
  endedAt: string | null;
  retryAt: string | null;
  checked: number;
  changes: number;
  repaired: { repository: string; what: string; was: string | null; now: string | null }[];
  notice: string | null;
  problem: { message: string; hint: string } | null;
}

/** A backfill as the API shows it. */
export interface BackfillView {
  state: string;
  listed: boolean;
  problem: { message: string } | null;
  kinds: { kind: string; entities: number; told: number; expected: number; failed: number }[];
  estimatedEndAt: string | null;
  failures: { repository: string; kind: string; problem: { message: string } | null }[];
}

/** A link as lines; what stands in the way of its webhooks comes with what to do. */
export function describeLink(link: LinkView): string[] {
  return [
    `${link.scope}/${link.name} [${link.state}] ${link.id}`,
    ...link.scopes.flatMap(({ path, webhook, problem }) => [
      `  ${path} at ${link.host}: webhook ${webhook}`,
      ...(problem === null ? [] : [`    ${problem.message}`, `    ${problem.hint}`]),
    ]),
    ...rulesInWords(link),
    ...(link.firstHookAt === null ? [] : [`  first event: ${link.firstHookAt}`]),
    `  last event: ${link.lastHookAt ?? 'none yet'}`,
    ...(link.shown ?? []).map(({ kind, count }) => `  shown in Jira: ${count} × ${kind}`),
    ...(link.lastLook ? describeLook(link.lastLook) : []),
  ];
}

/** What a link leaves out; nothing of a link that takes all. */
const rulesInWords = (link: LinkView): string[] =>
  (
    [
      ['only repositories', link.includeRepositories],
      ['not repositories', link.excludeRepositories],
      ['only Jira projects', link.projects],
    ] as const
  ).flatMap(([words, given]) => (given === null ? [] : [`  ${words}: ${given.join(', ')}`]));

/** A look as lines: what it changed, and what somebody should see to. */
export function describeLook(look: LookView): string[] {
  const when = look.endedAt ?? look.startedAt;
  return [
    `last look: ${look.state}${when === null ? '' : ` at ${when}`}, ${look.checked} compared, ${look.changes} repaired`,
    ...look.repaired.map(
      ({ repository, what, was, now }) =>
        `  ${what} in ${repository}: ${was ?? 'not shown'} → ${now ?? 'not shown'}`,
    ),
    ...(look.notice === null ? [] : [`  ${look.notice}`]),
    ...(look.problem === null ? [] : [`  ${look.problem.message}`, `  ${look.problem.hint}`]),
    ...(look.retryAt === null ? [] : [`  goes on at ${look.retryAt}`]),
  ];
}

/** A backfill as lines, with what failed. */
export function describeBackfill(backfill: BackfillView): string[] {
  const end = backfill.estimatedEndAt === null ? '' : `, about done at ${backfill.estimatedEndAt}`;
  return [
    `backfill ${backfill.state}${backfill.listed ? '' : ' (still finding repositories)'}${end}`,
    ...(backfill.problem === null ? [] : [`  ${backfill.problem.message}`]),
    ...backfill.kinds.map(
      ({ kind, entities, expected, told, failed }) =>
        `  ${kind}: ${entities} of ${expected} looked at, ${told} sent to Jira${failed > 0 ? `, ${failed} repositories failed` : ''}`,
    ),
    ...backfill.failures.map(
      ({ repository, kind, problem }) => `  failed: ${kind} of ${repository}: ${problem?.message ?? ''}`,
    ),
  ];
}
