import type { Json } from '../../../kit/action.ts';
import { TielineError } from '../../../kit/errors.ts';
import { outputsOf } from '../issue-outputs.ts';
import type { CreatedIssue } from './find-created.ts';
import type { IssueTools } from './issue-tools.ts';

/** All but what may be of any length, and is no output. */
const wanted = ['*all', '-comment', '-worklog'];

/** An issue as later steps read it. Of one that the account may create but not see only what is known. */
export async function outputsOfIssue(
  { id, key }: Partial<CreatedIssue> & Pick<CreatedIssue, 'key'>,
  { requests, issues }: IssueTools,
): Promise<Record<string, Json>> {
  try {
    return outputsOf(await issues.read(id ?? key, { fields: wanted }), requests.capabilities.api);
  } catch (thrown) {
    const isHidden = thrown instanceof TielineError && thrown.code === 'resource-not-found';
    if (!isHidden || id === undefined) throw thrown;
    return { id, key };
  }
}
