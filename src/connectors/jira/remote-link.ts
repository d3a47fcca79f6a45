import type { Build, Deployment, DeploymentState } from '../../kit/jira.ts';
import { cutText, fitId } from './fit-text.ts';
import { remoteLinkLimits } from './limits.ts';

/** A remote issue link as Jira takes it. `globalId` is what makes a second post change the first link. */
export interface RemoteLink {
  globalId: string;
  application: { type: string; name: string };
  /** The heading under which an issue shows it. */
  relationship: string;
  object: {
    url: string;
    title: string;
    summary: string;
    /** What is resolved is struck through. */
    status: { resolved: boolean; icon: { url16x16: string; title: string; link: string } };
  };
}

export const application = { type: 'tieline', name: 'Tieline' };

/**
 * How a state looks: a status icon that every self-hosted Jira serves itself, so that it shows wherever Jira does, and
 * whether the matter is over and needs nobody. A failure is over, but needs somebody.
 */
const looks: Record<DeploymentState, { words: string; icon: string; resolved: boolean }> = {
  pending: { words: 'pending', icon: 'open', resolved: false },
  in_progress: { words: 'in progress', icon: 'inprogress', resolved: false },
  successful: { words: 'successful', icon: 'resolved', resolved: true },
  failed: { words: 'failed', icon: 'down', resolved: false },
  cancelled: { words: 'cancelled', icon: 'closed', resolved: true },
  unknown: { words: 'state unknown', icon: 'generic', resolved: false },
  rolled_back: { words: 'rolled back', icon: 'reopened', resolved: true },
};

/** What makes a second post change the first link. */
export const globalId = (kind: string, ...parts: (string | number)[]): string =>
  fitId(
    `tieline:${kind}:${parts.map((part) => encodeURIComponent(String(part).toWellFormed())).join(':')}`,
    remoteLinkLimits.globalId,
  );

/** The title: a name and the state, of which the name is cut when both are too long. */
export const titleOf = (name: string, state: string): string =>
  cutText(name, remoteLinkLimits.title - state.length) + state;

function objectOf(
  entity: Build | Deployment,
  { name, mark }: { name: string; mark: string },
  siteUrl: string,
): RemoteLink['object'] {
  const { words, icon, resolved } = looks[entity.state];
  return {
    url: entity.url,
    title: titleOf(name, `${mark} ${words}`),
    summary: cutText(entity.description ?? '', remoteLinkLimits.summary),
    status: {
      resolved,
      icon: { url16x16: `${siteUrl}/images/icons/statuses/${icon}.png`, title: words, link: entity.url },
    },
  };
}

/** A build as a link in the group "Builds" of an issue; `siteUrl` is Jira's own base URL. */
export const buildLink = (build: Build, siteUrl: string): RemoteLink => ({
  globalId: globalId('build', build.pipelineId, build.buildNumber),
  application,
  relationship: 'Builds',
  object: objectOf(build, { name: build.displayName, mark: ':' }, siteUrl),
});

/** A deployment as a link in the group "Deployments" of an issue; `siteUrl` is Jira's own base URL. */
export const deploymentLink = (deployment: Deployment, siteUrl: string): RemoteLink => ({
  globalId: globalId(
    'deployment',
    deployment.pipeline.id,
    deployment.environment.id,
    deployment.deploymentNumber,
  ),
  application,
  relationship: 'Deployments',
  object: objectOf(
    deployment,
    { name: `${deployment.environment.displayName}: ${deployment.displayName}`, mark: ',' },
    siteUrl,
  ),
});
