import type { z } from 'zod';
import { TielineError } from '../../kit/errors.ts';
import type { Http, HttpAnswer, HttpRequest } from '../../kit/http.ts';
import type { JiraCapabilities } from '../../kit/jira.ts';
import { bodyOf } from './answer-body.ts';
import { readErrorMessages } from './error-messages.ts';
import { isFields } from './json-fields.ts';
import { readAnswer } from './pages.ts';
import type { JiraParts } from './parts.ts';

/** A write to an issue. */
export interface IssueWrite extends Pick<HttpRequest, 'json' | 'body' | 'headers' | 'signal' | 'limits'> {
  method: 'POST' | 'PUT' | 'DELETE';
  url: string;
  /** What is written to, as errors call it: an issue's key, or a project's. */
  about: string;
  /** How fields are called, by their keys: for Jira's words on each. */
  names?: Map<string, string>;
}

/** Requests about issues of one Jira, in the version of its API. */
export interface IssueRequests {
  http: Http;
  capabilities: JiraCapabilities;
  /** `/rest/api/3` */
  rest: string;
  /** The path of an issue. */
  pathOf(issueKey: string): string;
  /** @throws resource-not-found for an issue that the account cannot see, and as {@link readAnswer} */
  read<T>(issueKey: string, url: string, shape: z.ZodType<T>): Promise<T>;
  /**
   * @throws resource-not-found for an issue that the account cannot see; jira-rejected with Jira's words, those on a
   * field by its name; remote-forbidden for a refusal of another shape, which is about the account as a whole; and as a
   * request does
   */
  write(write: IssueWrite): Promise<HttpAnswer>;
}

/** Jira Cloud is asked by version 3 of its API, the rest by 2. */
export async function openIssueRequests(parts: JiraParts): Promise<IssueRequests> {
  const { capabilities } = (await parts.site()).identity;
  const http = parts.getPlatform();
  const rest = `/rest/api/${capabilities.api}`;
  return {
    http,
    capabilities,
    rest,
    pathOf: (issueKey) => `${rest}/issue/${encodeURIComponent(issueKey)}`,
    async read(issueKey, url, shape) {
      try {
        return await readAnswer(http, url, shape);
      } catch (thrown) {
        if (thrown instanceof TielineError && thrown.details.status === 404) throw noIssue(issueKey, thrown);
        throw thrown;
      }
    },
    async write({ about, names, ...request }) {
      const answer = await http.request({ ...request, accept: [400, 403, 404] });
      if (answer.status < 400) return answer;
      if (answer.status === 404) throw noIssue(about);
      throw rejection(about, answer, names);
    },
  };
}

/** An issue that Jira does not show to the account. */
const noIssue = (issueKey: string, cause?: unknown) =>
  new TielineError('resource-not-found', `Jira shows the account no issue ${issueKey}`, {
    hint: 'Check the key; if the issue exists, the account lacks the permission Browse Projects there.',
    cause,
  });

function rejection(about: string, answer: HttpAnswer, names = new Map<string, string>()): TielineError {
  const body = bodyOf(answer);
  const errors = isFields(body) && isFields(body.errors) ? body.errors : {};
  const nameOf = (key: string) => names.get(key) ?? key;
  const fields = Object.entries(errors).flatMap(([key, said]) =>
    typeof said === 'string' ? [{ path: nameOf(key), message: said }] : [],
  );
  const named = isFields(body)
    ? {
        ...body,
        errors: Object.fromEntries(Object.entries(errors).map(([key, said]) => [nameOf(key), said])),
      }
    : body;
  const words = readErrorMessages(named, answer.status).join('; ');
  // A 403 of another shape is about the account as a whole.
  const isOfIssue = answer.status === 400 || (isFields(body) && 'errorMessages' in body);
  return new TielineError(isOfIssue ? 'jira-rejected' : 'remote-forbidden', `${about}: ${words}`, {
    fields,
    details: { status: answer.status, url: answer.url, answer: body },
  });
}
