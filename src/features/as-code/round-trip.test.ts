import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestHub, type TestHub } from '../../../test/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

/** Names that YAML, references and sorting could stumble over. */
const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
    fc.constantFrom(
      'yes',
      '1e3',
      '- x',
      'a: b',
      'account.x',
      'org.y',
      '#',
      "it's",
      '018f3b5e-7c1a-7b1e-8c1a-0242ac120002',
    ),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '' && !/[\p{C}]/u.test(text) && !/^(env|file|vault):/.test(text));
const globs = fc.array(fc.constantFrom('live-*', '*', 'x?'), { minLength: 1, maxLength: 3 });
const labels = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z0-9./-]{0,10}$/),
  fc.stringMatching(/^[a-z0-9]{0,5}$/),
  {
    maxKeys: 3,
  },
);

const secrets = fc.record({
  name,
  labels,
  spec: fc.record(
    {
      value: fc.string({ minLength: 1 }).filter((text) => !text.includes('\0')),
      description: fc.string({ maxLength: 50 }).filter((text) => !text.includes('\0')),
      below: fc.boolean(),
    },
    { requiredKeys: ['value'] },
  ),
});
const connections = fc.record({
  name,
  labels,
  type: fc.constantFrom('personal-access-token', 'oauth'),
  rules: fc.dictionary(fc.constantFrom('production', 'staging'), globs),
  selfService: fc.option(fc.boolean(), { nil: undefined }),
  usage: fc.constantFrom('absent', 'whole', 'below'),
});
const keys = fc.record({
  name,
  labels,
  rules: fc.record(
    {
      projects: fc.uniqueArray(fc.constantFrom('SHOP', 'MYT', 'OPS'), { minLength: 1 }),
      kinds: fc.constantFrom(['build'], ['deployment', 'build']),
      environments: fc.array(name, { minLength: 1, maxLength: 3 }),
      expiresAt: fc.constantFrom('2050-01-01T00:00:00Z', '2050-01-01T00:00:00.123+05:30'),
    },
    { requiredKeys: [] },
  ),
});

const unique = <T extends { name: string }>(all: T[]): T[] => {
  // As the database folds case, which is not always as JavaScript does.
  const seen = new Set<string>();
  return all.filter((one) => {
    const folded = one.name.toLowerCase();
    const isNew =
      !seen.has(folded) && folded === folded.normalize('NFKC') && /^[\x20-\x7e]*$|^[^A-Z]*$/.test(one.name);
    seen.add(folded);
    return isNew;
  });
};

let count = 0;

it('whatever is applied and exported is unchanged when the export is applied', async () => {
  const some = <T extends { name: string }>(one: fc.Arbitrary<T>) =>
    fc.array(one, { minLength: 1, maxLength: 3 }).map(unique);
  await fc.assert(
    fc.asyncProperty(
      some(secrets),
      some(connections),
      some(keys),
      fc.boolean(),
      async (someSecrets, someConnections, someKeys, inProject) => {
        const organization = `round${++count}`;
        const scope = inProject ? `${organization}/shop` : organization;
        const documents = [
          { kind: 'Secret', name: 'base', scope, spec: { value: 'x' } },
          ...someSecrets.map(({ name: secretName, labels: given, spec: { below, ...spec } }) => ({
            kind: 'Secret',
            name: secretName,
            scope: organization,
            labels: given,
            spec: { ...spec, ...(below === true ? { usageScopes: [`${organization}/shop`] } : {}) },
          })),
          ...someConnections.map(
            ({ name: connectionName, labels: given, type, rules, selfService, usage }) => ({
              kind: 'Connection',
              name: connectionName,
              scope,
              labels: given,
              spec: {
                connector: 'jira',
                settings: {
                  baseUrl: 'https://jira.example.com',
                  platform:
                    type === 'oauth'
                      ? { type, clientId: 'x', clientSecret: { secret: 'base' } }
                      : { type, token: { secret: 'base' } },
                },
                environmentRules: rules,
                selfService,
                ...(usage === 'absent'
                  ? {}
                  : { usageScopes: [usage === 'below' && !inProject ? `${organization}/shop` : scope] }),
              },
            }),
          ),
        ].filter((document, index, all) => {
          const first = all.findIndex(
            (other) =>
              other.kind === document.kind &&
              other.scope === document.scope &&
              other.name.toLowerCase() === document.name.toLowerCase(),
          );
          return first === index;
        });
        const plain = documents.find(
          (document) => document.kind === 'Connection' && /^[a-z ]+$/i.test(document.name),
        );
        const keyDocuments = someKeys.map(({ name: keyName, labels: given, rules }) => ({
          kind: 'ConnectKey',
          name: keyName,
          scope,
          labels: given,
          spec: { connection: plain?.name, ...rules },
        }));
        const wanted = [...documents, ...(plain === undefined ? [] : keyDocuments)];
        const applied = await hub.call('POST', '/api/v1/apply', { documents: wanted });
        expect(applied.status, applied.text).toBe(200);
        const path = `/api/v1/export?scope=${encodeURIComponent(organization)}`;
        const first = await hub.call('GET', path);
        expect(first.body.documents).toHaveLength(wanted.length);
        const again = await hub.call('POST', '/api/v1/apply', { documents: first.body.documents });
        expect(again.status, again.text).toBe(200);
        const changed = again.body.items.filter(({ action }: { action: string }) => action !== 'unchanged');
        expect(changed).toEqual([]);
        expect((await hub.call('GET', path)).text).toBe(first.text);
        // And what was written by hand says the same as the export of it.
        const once = await hub.call('POST', '/api/v1/apply', { documents: wanted });
        expect(once.body.items.filter(({ action }: { action: string }) => action !== 'unchanged')).toEqual(
          [],
        );
      },
    ),
    { numRuns: 25 },
  );
});
