import type { FastifyRequest } from 'fastify';
import type { PullRequest } from '../pull-request.ts';
import type { Repository } from '../world.ts';
import { numberIn, textIn, textsIn } from './query.ts';
import type { Rest } from './rest.ts';

/** The pull requests of a repository that the query asks for, in no order. The open ones when it names no state. */
export function listPulls({ world }: Rest, request: FastifyRequest, repository: Repository): PullRequest[] {
  const states = textsIn(request, 'state');
  const wanted = states.length === 0 ? ['open'] : states;
  const query = textIn(request, 'query')?.toLowerCase();
  const source = textIn(request, 'source_branch');
  const target = textIn(request, 'target_branch');
  const authors = [...textsIn(request, 'created_by'), ...textsIn(request, 'author_id')].map(Number);
  const reviewer = numberIn(request, 'reviewer_id');
  const decisions = textsIn(request, 'review_decision');
  const from = textIn(request, 'source_repo_ref');
  if (from !== undefined && world.getRepository(from) !== repository) return [];

  const within = (value: number, name: string) => {
    const above = numberIn(request, `${name}_gt`);
    const below = numberIn(request, `${name}_lt`);
    return (above === undefined || value > above) && (below === undefined || value < below);
  };
  const reviewed = (pull: PullRequest) =>
    reviewer === undefined ||
    pull.reviewers.some(
      (one) => one.principal.id === reviewer && (decisions.length === 0 || decisions.includes(one.decision)),
    );
  return repository.pullRequests.filter(
    (pull) =>
      wanted.includes(pull.state) &&
      (query === undefined || pull.title.toLowerCase().includes(query) || String(pull.number) === query) &&
      (source === undefined || pull.sourceBranch === source) &&
      (target === undefined || pull.targetBranch === target) &&
      (authors.length === 0 || authors.includes(pull.author.id)) &&
      reviewed(pull) &&
      within(pull.created, 'created') &&
      within(pull.updated, 'updated') &&
      within(pull.edited, 'edited'),
  );
}
