import { z } from 'zod';
import { isIssueKey } from '../kit/issue-keys.ts';
import { buildStates, deploymentStates, environmentTypes } from '../kit/jira.ts';
import { reportLimits } from './wire.ts';

const storable = (text: string) => !text.includes('\0') && text.isWellFormed();
const notStorable = 'holds a NUL character or half a character';

const text = () => z.string().max(reportLimits.text).refine(storable, notStorable);
const filledText = () => z.string().min(1).max(reportLimits.text).refine(storable, notStorable);
const id = () => z.string().min(1).max(reportLimits.id).refine(storable, notStorable);
const url = () =>
  z
    .url({ protocol: /^https?$/, error: 'is not an http(s) address' })
    .max(reportLimits.url)
    .refine(storable, notStorable);
const count = () => z.int().min(0);

const issueKey = z
  .string()
  .max(2 * reportLimits.id + 3)
  .transform((key) => key.toUpperCase())
  .refine(isIssueKey, 'is not an issue key such as MYT-1');

const issueKeys = z.array(issueKey).max(reportLimits.issueKeys);

const moment = z.iso
  .datetime({ offset: true, error: 'is not a time in ISO 8601 with an offset, such as 2026-01-31T12:00:00Z' })
  .transform((time) => new Date(time))
  .refine((time) => !Number.isNaN(time.getTime()), 'is not a time that exists')
  // The time becomes the sequence number, which is not negative.
  .refine((time) => !(time.getTime() < 0), 'is before 1970');

const reference = z
  .strictObject({
    commit: z
      .strictObject({
        id: id().meta({ description: 'Hash of the commit.' }),
        repositoryUrl: url().meta({ description: 'Address of the repository.' }),
      })
      .optional()
      .meta({ description: 'The commit that was built.' }),
    ref: z
      .strictObject({
        name: filledText().meta({ description: 'Name of the branch or other reference.' }),
        url: url().meta({ description: 'Where the reference is shown.' }),
      })
      .optional()
      .meta({ description: 'The branch that was built.' }),
  })
  .refine((one) => one.commit !== undefined || one.ref !== undefined, 'names neither a commit nor a ref');

const envelope = {
  id: z.uuid().optional().meta({
    description:
      'Made by the sender and kept over its retries: the same report is taken once. Without it the Idempotency-Key, else the content, tells reports apart.',
  }),
  instance: text().optional().meta({
    description:
      'Address of the Jira site that the sender means; refused when the connect key is of another.',
  }),
};

const described = {
  displayName: filledText().meta({ description: 'Name that Jira shows.' }),
  description: text()
    .optional()
    .meta({ description: 'Text that Jira shows with it, e.g. the commit message.' }),
  label: text().optional().meta({ description: 'Short label, e.g. a version.' }),
  url: url().meta({ description: 'Where Jira leads the reader.' }),
  triggeredBy: text().optional().meta({
    description: 'Who or what started the run; kept and shown by the hub, as Jira has no field for it.',
  }),
  lastUpdated: moment.meta({
    description: 'When the state came to be, in ISO 8601 with an offset. Later states win.',
  }),
};

/** Body of `POST /api/v1/builds`: one state of one build. Unknown fields are refused. */
export const buildReport = z
  .strictObject({
    ...envelope,
    pipelineId: id().meta({ description: 'Tells pipelines apart; build numbers count within it.' }),
    buildNumber: count().meta({ description: 'Number of the run within its pipeline.' }),
    ...described,
    state: z.enum(buildStates).meta({ description: 'State of the build.' }),
    issueKeys: issueKeys.min(1).meta({ description: 'Issues that the build belongs to.' }),
    references: z
      .array(reference)
      .max(reportLimits.references)
      .optional()
      .meta({ description: 'Commits and branches that were built.' }),
    testInfo: z
      .strictObject({
        total: count().meta({ description: 'How many tests there are.' }),
        passed: count().meta({ description: 'How many passed.' }),
        failed: count().meta({ description: 'How many failed.' }),
        skipped: count().meta({ description: 'How many were not run.' }),
      })
      .optional()
      .meta({ description: 'Counts of the tests.' }),
  })
  .meta({ description: 'One state of one build.' });

/** Body of `POST /api/v1/deployments`: one state of one deployment. Unknown fields are refused. */
export const deploymentReport = z
  .strictObject({
    ...envelope,
    pipeline: z
      .strictObject({
        id: id().meta({ description: 'Tells pipelines apart.' }),
        displayName: filledText().meta({ description: 'Name that Jira shows.' }),
        url: url().meta({ description: 'Where the pipeline is shown.' }),
      })
      .meta({ description: 'The pipeline that deploys.' }),
    deploymentNumber: count().meta({
      description: 'Number of the deployment within pipeline and environment.',
    }),
    ...described,
    state: z.enum(deploymentStates).meta({ description: 'State of the deployment.' }),
    issueKeys: issueKeys.meta({
      description: 'Issues that are deployed; may be empty when services are named.',
    }),
    services: z
      .array(id())
      .max(reportLimits.services)
      .optional()
      .meta({ description: 'Ids of Jira Service Management services that are deployed.' }),
    environment: z
      .strictObject({
        id: id().meta({ description: 'Tells environments apart.' }),
        displayName: filledText().meta({ description: 'Name that Jira shows.' }),
        type: z.enum(environmentTypes).optional().meta({
          description:
            "Kind of environment. Without it the connection's environment rules decide, then the words of the name.",
        }),
      })
      .meta({ description: 'Where it is deployed to.' }),
    commit: z
      .strictObject({
        id: id().meta({ description: 'Hash of the commit.' }),
        repositoryUrl: url().optional().meta({ description: 'Address of the repository.' }),
      })
      .optional()
      .meta({ description: 'The commit that was deployed; remembered for the next deployment.' }),
    duration: count().optional().meta({ description: 'Seconds that it took.' }),
    gate: z.boolean().optional().meta({
      description:
        'True: people in Jira Service Management decide whether the pending deployment of these services may go ahead; ask for its gating-status.',
    }),
  })
  .refine((report) => report.issueKeys.length > 0 || (report.services?.length ?? 0) > 0, {
    path: ['issueKeys'],
    error: 'names no issue, and no service is named either',
  })
  .refine(({ gate, services = [] }) => !gate || services.length > 0, {
    path: ['services'],
    error: 'names no service, and changes are decided on by service',
  })
  .refine(({ gate, state }) => !gate || state === 'pending', {
    path: ['state'],
    error: 'is not pending, and a decision is asked for before a deployment starts',
  })
  .meta({ description: 'One state of one deployment.' });
