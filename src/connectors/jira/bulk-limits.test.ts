import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TielineError } from '../../kit/errors.ts';
import { type Build, buildStates, type Sequenced } from '../../kit/jira.ts';
import { acceptAll, gateway } from './fixtures/gateway.ts';

describe('whatever builds are given', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('👨‍👩‍👧', 'é', 'x', '\uD800').map((piece) => piece.repeat(300)),
  );
  const url = fc.constantFrom('https://ci.example.com/1', `https://ci.example.com/${'u'.repeat(1980)}`);
  const anyBuild: fc.Arbitrary<Sequenced<Build>> = fc.record({
    pipelineId: fc.oneof(fc.constantFrom('a', 'b'), text),
    buildNumber: fc.integer({ min: 1, max: 3 }),
    displayName: text,
    description: text,
    label: text,
    url,
    state: fc.constantFrom(...buildStates),
    lastUpdated: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') }),
    issueKeys: fc.array(
      fc.oneof(
        fc.constantFrom('MYT-1', 'MYT-2', 'nokey', ''),
        fc.nat(300).map((n) => `MYT-${n}`),
      ),
      { maxLength: 130 },
    ),
    references: fc.array(
      fc.record({
        commit: fc.record({ id: text, repositoryUrl: url }),
        ref: fc.record({ name: text, url }),
      }),
      { maxLength: 7 },
    ),
    sequence: fc.integer({ min: 1 }),
  });

  // The figures stand here once more, so that a slip in the table of limits is seen.
  const tooLong = (value: unknown, name = ''): string[] => {
    if (typeof value === 'string') {
      const limit = /^(url|uri|repositoryUri)$/.test(name) ? 2000 : 255;
      return value.length > limit || !value.isWellFormed() ? [`${name}: ${value.length}`] : [];
    }
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => tooLong(inner, Array.isArray(value) ? name : key));
  };

  it('each request obeys the limits, and each build gets exactly one outcome', async () => {
    const builds = fc.array(anyBuild, { maxLength: 150, size: 'max' });
    // What the gateway does is drawn too: statuses by request.
    const statuses = fc.array(fc.constantFrom(202, 202, 400, 413, 500));
    await fc.assert(
      fc.asyncProperty(builds, statuses, async (given, drawn) => {
        const { bodies, builds: submitter } = gateway((body, nth) => {
          const status = drawn[nth % Math.max(1, drawn.length)] ?? 202;
          if (status === 202) return acceptAll(body);
          if (status === 500) return new TielineError('remote-failed', 'as told', { details: { status } });
          return { status, body: [{ message: 'as told' }] };
        });
        const { outcomes, requests } = await submitter.submit(given);
        expect(outcomes).toHaveLength(given.length);
        expect(outcomes.every((outcome) => outcome !== undefined)).toBe(true);
        expect(requests).toHaveLength(bodies.length);
        for (const body of bodies) {
          expect(body.builds.length).toBeGreaterThan(0);
          expect(body.builds.length).toBeLessThanOrEqual(100);
          const keys = body.builds.map(({ pipelineId, buildNumber }) => `${pipelineId} ${buildNumber}`);
          expect(new Set(keys).size).toBe(keys.length);
          expect(tooLong(body.builds)).toEqual([]);
          for (const { issueKeys } of body.builds) {
            expect(issueKeys.length).toBeGreaterThan(0);
            expect(issueKeys.length).toBeLessThanOrEqual(100);
            expect(issueKeys.every((key) => /^\w{1,255}-\d{1,255}$/.test(key))).toBe(true);
          }
        }
        // Nothing is sent again after Jira took it.
        const sent = bodies.flatMap((body, at) => (requests[at]?.status === 202 ? body.builds : []));
        expect(outcomes.filter(({ state }) => state === 'accepted')).toHaveLength(sent.length);
      }),
      { numRuns: 40 },
    );
  });
});
