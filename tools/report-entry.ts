// What dist/report.cjs starts with: see bundle-report.ts.
import { runReport } from '../src/compose/report-program.ts';

declare const TIELINE_VERSION: string;

runReport(process, TIELINE_VERSION).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
