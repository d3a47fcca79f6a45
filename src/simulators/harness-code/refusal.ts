/** Thrown where the host refuses something; the REST API answers with it, in the host's own error shape. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  /** What the answer holds beside the message. */
  readonly values: Record<string, unknown> | undefined;

  constructor(status: number, message: string, values?: Record<string, unknown>) {
    super(message);
    this.status = status;
    this.values = values;
  }
}

/** 400 with this message. */
export const badRequest = (message: string): Refusal => new Refusal(400, message);

/** 404, in the words that the host has for everything that is not there. */
export const notFound = (message = 'Not Found'): Refusal => new Refusal(404, message);
