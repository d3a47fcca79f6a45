import { createHash } from 'node:crypto';
import type { BranchInfo, CommitInfo, FileChange, Person } from '../../../kit/dev-info.ts';
import type { PanelHook } from './hook-store.ts';
import type { PanelRepository } from './panel-source.ts';
import type { DatedPullRequest, LearnedPullRequest } from './remembered.ts';

/** Builds what GitHub's REST API, version 3, answers: https://docs.github.com/en/rest */
export type Wire = ReturnType<typeof createWire>;

/** GitHub's ids are numbers; ours are made from what the host has. Jira keeps a user's in 31 bits. */
const idOf = (text: string, bits: 31 | 47): number =>
  Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 12), 16) % 2 ** bits;

/** By what Jira asks for a person: the user name, or the name where the host tells no other. */
const loginOf = ({ username, name }: Person): string => username ?? name.replaceAll(' ', '-');

const fileStates: Record<FileChange['change'], string> = {
  ADDED: 'added',
  COPIED: 'copied',
  DELETED: 'removed',
  MODIFIED: 'modified',
  MOVED: 'renamed',
  UNKNOWN: 'changed',
};

const reviewStates = { approved: 'APPROVED', 'needs-work': 'CHANGES_REQUESTED' } as const;

export function createWire(publicUrl: string) {
  const api = `${publicUrl}/api/v3`;

  const account = (login: string, type: 'Organization' | 'User') => ({
    login,
    id: idOf(`${type} ${login}`, 31),
    avatar_url: '',
    url: `${api}/users/${encodeURIComponent(login)}`,
    html_url: `${publicUrl}/${encodeURIComponent(login)}`,
    type,
    site_admin: false,
  });
  const person = (who: Person) => ({
    ...account(loginOf(who), 'User'),
    avatar_url: who.avatarUrl ?? '',
    ...(who.url === undefined ? {} : { html_url: who.url }),
  });
  const repositoryUrl = ({ owner, name }: Pick<PanelRepository, 'owner' | 'name'>) =>
    `${api}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;

  const repository = (of: Pick<PanelRepository, 'owner' | 'name' | 'info'>) => ({
    id: idOf(`${of.info.url} ${of.info.id}`, 47),
    name: of.name,
    full_name: `${of.owner}/${of.name}`,
    owner: account(of.owner, 'Organization'),
    private: true,
    // Jira asks what a fork comes from, and takes no answer without it.
    fork: false,
    html_url: of.info.url,
    url: repositoryUrl(of),
    description: of.info.description ?? null,
    default_branch: of.info.defaultBranch ?? 'main',
    archived: of.info.archived ?? false,
    permissions: { admin: true, push: false, pull: true },
  });

  const branch = (of: PanelRepository, { name, head }: BranchInfo) => ({
    name,
    commit: { sha: head.sha, url: `${repositoryUrl(of)}/commits/${head.sha}` },
    protected: false,
  });

  const commit = (of: PanelRepository, { commit: told, next }: { commit: CommitInfo; next?: string }) => {
    const { sha, message, author, at, url, files } = told;
    const signature = { name: author.name, email: author.email ?? '', date: at.toISOString() };
    const link = (id: string) => `${repositoryUrl(of)}/commits/${id}`;
    return {
      sha,
      url: link(sha),
      html_url: url,
      commit: { message, author: signature, committer: signature, comment_count: 0 },
      author: person(author),
      committer: person(author),
      parents: next === undefined ? [] : [{ sha: next, url: link(next) }],
      files: files.map(({ path, url: fileUrl, change, linesAdded = 0, linesRemoved = 0 }) => ({
        filename: path,
        status: fileStates[change],
        additions: linesAdded,
        deletions: linesRemoved,
        changes: linesAdded + linesRemoved,
        blob_url: fileUrl,
      })),
    };
  };

  const pullRequest = (of: PanelRepository, told: DatedPullRequest) => {
    const at = told.at.toISOString();
    const isMerged = told.state === 'merged';
    const isOpen = told.state === 'open' || told.state === 'draft';
    const sameRepository = told.source.repositoryId === of.info.id;
    const end = (ref: string, repo: ReturnType<typeof repository> | null, sha: string) => ({
      label: `${of.owner}:${ref}`,
      ref,
      sha,
      user: repo === null ? null : repo.owner,
      repo,
    });
    return {
      id: idOf(`${of.info.url} pull ${told.number}`, 47),
      number: told.number,
      url: `${repositoryUrl(of)}/pulls/${told.number}`,
      html_url: told.url,
      state: isOpen ? 'open' : 'closed',
      draft: told.state === 'draft',
      merged: isMerged,
      title: told.title,
      body: told.description,
      user: person(told.author),
      // The hub knows when it changed last, not when it began.
      created_at: at,
      updated_at: at,
      closed_at: isOpen ? null : at,
      merged_at: isMerged ? at : null,
      head: end(told.source.branch, sameRepository ? repository(of) : null, told.commits[0] ?? ''),
      base: end(told.target.branch, repository(of), ''),
      requested_reviewers: told.reviewers
        .filter(({ verdict }) => verdict === 'unapproved')
        .map(({ person: who }) => person(who)),
      comments: told.commentCount,
      review_comments: 0,
      commits: told.commits.length,
    };
  };

  return {
    account,
    repository,
    branch,
    commit,
    pullRequest,
    user: (who: Person) => ({ ...person(who), name: who.name, email: who.email ?? null }),
    reviews: (of: PanelRepository, { number, reviewers, at }: DatedPullRequest) =>
      reviewers.flatMap(({ person: who, verdict }) => {
        // Who was asked and has not answered is among the requested reviewers.
        if (verdict === 'unapproved') return [];
        const id = idOf(`${of.info.url} review ${number} ${loginOf(who)}`, 47);
        const state = reviewStates[verdict];
        return [{ id, user: person(who), body: '', state, submitted_at: at.toISOString() }];
      }),
    event: (of: PanelRepository, told: LearnedPullRequest) => ({
      // One for each state, so that Jira takes none for one that it knows.
      id: String(idOf(`${of.info.url} event ${told.number} ${told.learnedAt.getTime()}`, 47)),
      type: 'PullRequestEvent',
      actor: person(told.author),
      repo: { id: repository(of).id, name: `${of.owner}/${of.name}`, url: repositoryUrl(of) },
      payload: {
        action: told.state === 'open' || told.state === 'draft' ? 'opened' : 'closed',
        number: told.number,
        pull_request: pullRequest(of, told),
      },
      public: false,
      created_at: told.learnedAt.toISOString(),
    }),
    hook: (
      of: PanelRepository,
      { id, url, contentType, events, active, hasSecret, createdAt }: PanelHook,
    ) => ({
      type: 'Repository',
      id,
      name: 'web',
      active,
      events,
      // Jira takes texts alone here, and tells its two webhooks by the content type.
      config: {
        url,
        content_type: contentType,
        insecure_ssl: '0',
        ...(hasSecret ? { secret: '********' } : {}),
      },
      url: `${repositoryUrl(of)}/hooks/${id}`,
      created_at: createdAt.toISOString(),
      updated_at: createdAt.toISOString(),
    }),
  };
}
