import type { Finding } from '../../kit/connection-report.ts';
import type { JiraParts } from './parts.ts';

/** One harmless question to one of the DevOps APIs. */
interface DevopsProbe {
  capability: 'builds' | 'deployments' | 'development-information';
  /** As Jira's page of the OAuth credential calls it. */
  title: string;
  api: string;
  path: string;
  /** Error statuses that tell all the same that the credential may use the API. */
  accept: number[];
}

const nothing = 'tieline-connection-test';

/**
 * Each asks for something that does not exist, so nothing is changed: "not found" comes only after the credential has
 * been accepted. Reading stands for writing, for an OAuth credential is granted whole APIs, not reading or writing.
 */
export const devopsProbes: DevopsProbe[] = [
  {
    capability: 'builds',
    title: 'Builds',
    api: 'builds/0.1',
    path: `pipelines/${nothing}/builds/1`,
    accept: [404],
  },
  {
    capability: 'deployments',
    title: 'Deployments',
    api: 'deployments/0.1',
    path: `pipelines/${nothing}/environments/${nothing}/deployments/1`,
    accept: [404],
  },
  {
    capability: 'development-information',
    title: 'Development information',
    api: 'devinfo/0.10',
    path: `existsByProperties?tieline=${nothing}`,
    accept: [],
  },
];

/** Asks the gateway whether the OAuth credential may use one API; throws the refusal. */
export async function probeDevops(
  parts: JiraParts,
  { title, api, path, accept }: DevopsProbe,
): Promise<Finding> {
  const url = `/jira/${api}/cloud/${encodeURIComponent(await parts.cloudId())}/${path}`;
  await parts.getGateway().request({ method: 'GET', url, accept });
  return { state: 'ok', message: `${title}: Jira takes them with the OAuth credential.` };
}

/** What stands in for an API when the connection has no OAuth credential: for self-hosted Jira what `checkLinks` finds. */
export async function withoutDevops(
  parts: JiraParts,
  { title }: DevopsProbe,
  checkLinks: () => Promise<Finding>,
): Promise<Finding> {
  const { identity } = await parts.site();
  if (identity.edition === 'cloud') {
    return {
      state: 'not-configured',
      message: `${title}: the connection has no OAuth credential.`,
      hint: 'Make one in Jira (Settings, Apps, OAuth credentials) and add its client id and secret to the connection.',
    };
  }
  const found = await checkLinks();
  return {
    ...found,
    message: `${title}: shown as links on the issues, for self-hosted Jira has no such API. ${found.message}`,
  };
}
