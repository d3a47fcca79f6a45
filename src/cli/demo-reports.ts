import { execFile } from 'node:child_process';
import { TielineError } from '../kit/errors.ts';
import type { Cli } from './cli.ts';
import type { ReportResult } from './report-result.ts';

/** A report of the demo: what a pipeline would be, and how it would call. */
export interface DemoReport {
  title: string;
  variables: Record<string, string>;
  arguments: string[];
}

/** A Drone pipeline's environment, as it is documented, for one commit that names two issues. */
const pipeline = {
  DRONE: 'true',
  DRONE_REPO: 'shop/checkout',
  DRONE_REPO_LINK: 'https://git.example.com/shop/checkout',
  DRONE_COMMIT_SHA: '7f3a1c9d2b8e4f6a0c5d7e9b1a3f5c7d9e0b2a4c',
  DRONE_COMMIT_BRANCH: 'main',
  DRONE_COMMIT_MESSAGE: 'MYT-1 round totals once, at the end (fixes MYT-2)',
};

const build = (number: number, status: string) => ({
  ...pipeline,
  DRONE_BUILD_NUMBER: String(number),
  DRONE_BUILD_STATUS: status,
  DRONE_BUILD_LINK: `https://ci.example.com/shop/checkout/${number}`,
});

/** What the demo reports, in order. */
export const demoReports: DemoReport[] = [
  { title: 'a build that failed', variables: build(41, 'failure'), arguments: [] },
  { title: 'a build that passed', variables: build(42, 'success'), arguments: [] },
  {
    title: 'a deployment to production',
    variables: build(42, 'success'),
    arguments: ['--environment-name', 'production'],
  },
];

/** Runs the real command as a pipeline would: a child process with nothing but the pipeline's own environment. */
export function runReport(
  cli: Cli,
  report: DemoReport,
  to: { hubUrl: string; connectKey: string; site: string },
): Promise<ReportResult> {
  const { command, arguments: program } = cli.self;
  const settings = ['--connect-hostname', to.hubUrl, '--instance', to.site, '--project', 'MYT', '--json'];
  const env = { PATH: cli.env.PATH, HOME: cli.env.HOME, CONNECT_KEY: to.connectKey, ...report.variables };
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...program, 'report', ...settings, ...report.arguments],
      { env },
      (error, output, problems) => {
        const line = output.trim().split('\n').at(-1) ?? '';
        if (line.startsWith('{')) resolve(JSON.parse(line));
        else {
          const said = problems.trim() || (error?.message ?? 'it printed nothing');
          reject(new TielineError('internal-error', `tieline report failed: ${said}`, { cause: error }));
        }
      },
    );
  });
}
