/**
 * The address of a repository for a reader, without credentials: `git@host:owner/name.git`, `ssh://…` and
 * `https://token@host/owner/name.git` all become `https://host/owner/name`. Undefined for anything else.
 */
export function repositoryAddress(cloneUrl: string): string | undefined {
  const scp = /^(?:[^@/\s]+@)([^:/\s]+):(?!\/)(\S+)$/.exec(cloneUrl);
  const url = URL.parse(scp ? `ssh://${scp[1]}/${scp[2]}` : cloneUrl);
  if (url === null || url.host === '') return undefined;
  const path = url.pathname.replace(/\/$/, '').replace(/\.git$/, '');
  if (url.protocol === 'http:' || url.protocol === 'https:') return `${url.protocol}//${url.host}${path}`;
  // The port of SSH says nothing of the web server's.
  return url.protocol === 'ssh:' || url.protocol === 'git:' ? `https://${url.hostname}${path}` : undefined;
}

interface HostPaths {
  host: RegExp;
  commit(id: string): string;
  branch(name: string): string;
}

const encodePath = (name: string) => name.split('/').map(encodeURIComponent).join('/');

/** How known code hosts write addresses below a repository, by a word in the host's name. */
const hostPaths: readonly HostPaths[] = [
  { host: /github/, commit: (id) => `/commit/${id}`, branch: (name) => `/tree/${encodePath(name)}` },
  { host: /gitlab/, commit: (id) => `/-/commit/${id}`, branch: (name) => `/-/tree/${encodePath(name)}` },
  {
    host: /^bitbucket\.org$/,
    commit: (id) => `/commits/${id}`,
    branch: (name) => `/branch/${encodePath(name)}`,
  },
  {
    host: /gitea|forgejo|codeberg/,
    commit: (id) => `/commit/${id}`,
    branch: (name) => `/src/branch/${encodePath(name)}`,
  },
  {
    host: /^dev\.azure\.com$|visualstudio\.com$/,
    commit: (id) => `/commit/${id}`,
    branch: (name) => `?version=GB${encodeURIComponent(name)}`,
  },
];

const findPaths = (repositoryUrl: string) => {
  const host = URL.parse(repositoryUrl)?.hostname ?? '';
  return hostPaths.find((paths) => paths.host.test(host));
};

/** Where a branch is shown; the repository itself where the host's addresses are not known. */
export function branchAddress(repositoryUrl: string, branch: string): string {
  return `${repositoryUrl}${findPaths(repositoryUrl)?.branch(branch) ?? ''}`;
}

/** Where a commit is shown, where the host's addresses are known. */
export function findCommitAddress(repositoryUrl: string, commit: string): string | undefined {
  const paths = findPaths(repositoryUrl);
  return paths && `${repositoryUrl}${paths.commit(commit)}`;
}

/**
 * An http(s) address as a reader may be given it, or undefined: without the credentials that some CIs leave in it,
 * and with everything but plain ASCII encoded.
 */
export function readerAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username === '' && url.password === '' && /^[\x21-\x7e]+$/.test(text)) return text;
  url.username = '';
  url.password = '';
  return url.href;
}
