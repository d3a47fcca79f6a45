/** What a route answers: JSON (`body`), a page (`html`), a file (`bytes`), or nothing but a status. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
  html?: string;
  bytes?: Buffer;
}

/** Thrown by a route to end the request with this answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** Jira's platform error shape: sentences for the whole request, and one for each wrong field. */
export function platformErrors(messages: string[], errors: Record<string, string> = {}) {
  return { errorMessages: messages, errors };
}

/** A refusal in Jira's platform error shape. */
export function refuse(status: number, message: string, headers?: Record<string, string>): Refusal {
  return new Refusal({ status, body: platformErrors([message]), headers });
}

/** A refusal that names wrong fields. */
export function refuseFields(errors: Record<string, string>): Refusal {
  return new Refusal({ status: 400, body: platformErrors([], errors) });
}
