import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCiContext } from './ci-context.ts';
import { makeReport } from './report.ts';
import { buildReport, deploymentReport } from './schema.ts';
import { readSettings } from './settings.ts';
import { toWire } from './wire.ts';

const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
const now = new Date('2026-01-14T10:10:00Z');
const readText = () => '';

const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ maxLength: 20 }).map((text) => text.repeat(2000)),
  fc.string({ unit: 'binary', maxLength: 10 }).map((text) => `https://x.example/${text}`),
  fc.constantFrom(
    'failure',
    '12',
    'https://github.com/octo/shop',
    ' https://x.example/\uD83D ',
    '\uD83D\0',
    `https://x.example/${'ü'.repeat(1_500)}`,
    `${'a'.repeat(31_999)}😀`,
  ),
);

const said = fc.dictionary(
  fc.constantFrom(
    'DRONE_BUILD_NUMBER',
    'DRONE_BUILD_STATUS',
    'DRONE_BUILD_LINK',
    'DRONE_BUILD_STARTED',
    'DRONE_COMMIT_MESSAGE',
    'DRONE_COMMIT_SHA',
    'DRONE_COMMIT_BRANCH',
    'DRONE_COMMIT_LINK',
    'DRONE_SOURCE_BRANCH',
    'DRONE_TAG',
    'DRONE_PULL_REQUEST',
    'DRONE_PULL_REQUEST_TITLE',
    'DRONE_REPO',
    'DRONE_REPO_LINK',
    'HARNESS_PIPELINE_ID',
    'PLUGIN_ENVIRONMENT_NAME',
    'PLUGIN_ENVIRONMENT_ID',
    'PLUGIN_ENVIRONMENT_TYPE',
    'PLUGIN_PIPELINE',
    'PLUGIN_LABEL',
    'PLUGIN_SERVICE',
    'PLUGIN_STATE',
  ),
  value,
);

test('whatever the CI and the settings say, the hub takes the report, and it comes through as it was', async () => {
  const fixed = { DRONE: 'true', PLUGIN_ISSUEKEYS: 'MYT-1', PLUGIN_INSTANCE: 'myorg' };
  await fc.assert(
    fc.asyncProperty(said, async (variables) => {
      const env = { ...variables, ...fixed };
      const settings = readSettings({ env, flags: {}, readText });
      const context = await readCiContext(env, { cwd: '/nowhere', readText });
      const report = makeReport({ settings, context, now });
      if (report.kind === 'build') {
        const sent = { ...report.build, id };
        expect(buildReport.parse(JSON.parse(JSON.stringify(toWire(sent))))).toEqual(sent);
      } else if (report.kind === 'deployment') {
        const sent = { ...report.deployment, id };
        expect(deploymentReport.parse(JSON.parse(JSON.stringify(toWire(sent))))).toEqual(sent);
      } else {
        expect(report.reason).toBe('state-not-wanted');
      }
    }),
    { numRuns: 300 },
  );
});
