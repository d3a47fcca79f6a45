import type { Repository, World } from './world.ts';

const encode = (path: string) => path.split('/').map(encodeURIComponent).join('/');

/** Where a repository's page is, and what hangs below it. */
export function linksOf(world: World, repository: Repository) {
  const path = encode(world.pathOf(repository));
  const page = `${world.url()}/${path}`;
  return {
    page,
    git: `${world.url()}/git/${path}.git`,
    commit: (sha: string) => `${page}/commit/${sha}`,
    pull: (number: number) => `${page}/pulls/${number}`,
  };
}
