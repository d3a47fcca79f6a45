import { TielineError } from '../../kit/errors.ts';
import { type CiContext, makeReport, readSettings } from '../../report/index.ts';
import type { Work } from '../../work/index.ts';
import { deliveryOf, type Report } from './accept-report.ts';
import type { Sites } from './sites.ts';

/** A report by the settings of `plugins/jira`, made in the hub. */
export interface OwnReport {
  connectionId: string;
  /** The same report is taken once under it: a UUID. */
  id: string;
  /** By their names without `PLUGIN_`. */
  settings: Record<string, string>;
  context: CiContext;
}

/** Reports that the hub makes of its own runs. */
export interface OwnReports {
  /**
   * Stores a report. `delivery` is undefined where there is nothing to report: no issue is named, or the state is not
   * wanted.
   * @throws usage-wrong for a setting that cannot be meant, report-incomplete, site-mismatch
   */
  accept(
    work: Work,
    report: OwnReport,
  ): Promise<{ delivery: string | undefined; kind: string; issueKeys: string[]; notices: string[] }>;
}

/** Makes reports as `tieline report` does, without its way over the API. */
export function createOwnReports(sites: Sites, now: () => Date): OwnReports {
  return {
    async accept(work, { connectionId, id, settings: given, context }) {
      const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [`PLUGIN_${name}`, value]));
      const settings = readSettings({ flags: {}, env, readText: refuseFile });
      if (settings.siteUrl !== undefined) await sites.check(connectionId, settings.siteUrl);
      const made = makeReport({ settings, context, now: now() });
      const { kind, issueKeys, notices } = made;
      if (made.kind === 'none') return { delivery: undefined, kind, issueKeys, notices };
      const report: Report =
        made.kind === 'build'
          ? { kind: 'build', entity: made.build }
          : { kind: 'deployment', entity: made.deployment };
      if (made.kind === 'deployment' && report.kind === 'deployment' && !made.isTypeGiven) {
        const { environment } = made.deployment;
        const type = await sites.environmentTypeOf(connectionId, environment.displayName);
        report.entity = { ...made.deployment, environment: { ...environment, type } };
      }
      const { id: delivery } = await work.post(deliveryOf(report, reporterOf(connectionId, id), id));
      return { delivery, kind, issueKeys, notices };
    },
  };
}

const reporterOf = (connectionId: string, id: string) => ({
  kind: 'run' as const,
  id,
  name: 'a run',
  connectionId,
  projects: undefined,
  kinds: undefined,
  environments: undefined,
});

function refuseFile(path: string): never {
  throw new TielineError('usage-wrong', `The hub reads no setting from the file ${path}`, {
    hint: 'Give the value itself.',
  });
}
