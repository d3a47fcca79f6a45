declare module 'env-ci' {
  /** What env-ci 11 may tell of a run; which of it depends on the CI. */
  export interface EnvCi {
    isCi: boolean;
    name?: string;
    commit?: string;
    tag?: string;
    build?: string;
    buildUrl?: string;
    jobUrl?: string;
    branch?: string;
    pr?: string | number;
    isPr?: boolean;
    prBranch?: string;
    slug?: string;
  }

  export default function envCi(options: { env: Record<string, string | undefined>; cwd: string }): EnvCi;
}
