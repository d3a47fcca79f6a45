/** Whether a value holds an expression, which a run resolves. */
export const holdsExpression = (value: unknown): value is string =>
  typeof value === 'string' && value.includes('<+');
