import { z } from 'zod';
import { type SettingDefinition, settingTable } from '../../../report/index.ts';
import {
  anyValue,
  knownFields,
  neededText,
  type OrExpression,
  optionalText,
  type SpecValue,
} from './spec-values.ts';
import { makeStepType } from './step-type.ts';

/** `plugins/jira` of any registry, with any tag or digest. */
const reportImage = /(?:^|\/)plugins\/jira(?:[:@].*)?$/;

/** Whether an image is the one that reports to Jira. */
export const isReportImage = (image: unknown): boolean =>
  typeof image === 'string' && reportImage.test(image.trim());

const known = new Set((Object.values(settingTable) as SettingDefinition[]).map(({ name }) => name));

const specOf = (or: OrExpression) =>
  knownFields({
    image: neededText('image'),
    // Not of Harness: by which connection the hub reports.
    jiraConnectorRef: or(optionalText).optional(),
    settings: or(z.record(z.string(), anyValue, { error: 'must be a map of settings' })).optional(),
    // Of these only the container knows anything.
    connectorRef: anyValue.optional(),
    entrypoint: anyValue.optional(),
    envVariables: anyValue.optional(),
    imagePullPolicy: anyValue.optional(),
    privileged: anyValue.optional(),
    reports: anyValue.optional(),
    resources: anyValue.optional(),
    runAsUser: anyValue.optional(),
    uses: anyValue.optional(),
    with: anyValue.optional(),
  });

/**
 * `Plugin` with the image `plugins/jira`: a report of the build or deployment, as `tieline report` makes it of the same
 * settings. The input is `{ settings }`, by names in upper case.
 * @see https://developer.harness.io/docs/continuous-integration/use-ci/use-drone-plugins/jira_plugin/
 */
export const plugin = makeStepType({
  action: undefined,
  outputName: 'output',
  specOf,
  toInput({ settings = {} }) {
    const upper = Object.entries(settings).map(([name, value]): [string, SpecValue] => [
      name.toUpperCase(),
      value,
    ]);
    const strange = upper.map(([name]) => name).filter((name) => !known.has(name));
    return {
      input: { settings: Object.fromEntries(upper) },
      notices: strange.map((name) => `The setting ${name} counts for nothing`),
    };
  },
});
