import { errorCatalogue } from '../src/kit/error-catalogue.ts';

/** `docs/errors.md` as the catalogue has it. */
export function errorsPage(): string {
  const entries = Object.entries(errorCatalogue).sort(([one], [other]) => one.localeCompare(other));
  const again = {
    soon: 'Yes: Tieline tries again by itself where it can.',
    never: 'No, not before something changes.',
    'once-repaired': 'Once the connection is repaired: its work waits until its test passes.',
  };
  return `# Errors

Every error of Tieline has a code. The API answers it as problem+json (RFC 9457) with \`code\`, \`detail\` and \`hint\`;
the command line prints the same; a delivery that failed carries it. This page is the catalogue
(\`src/kit/error-catalogue.ts\`) in prose, written by \`node tools/errors-page.ts > docs/errors.md\`.

${entries
  .map(
    ([code, { title, status, check, retry }]) => `## ${code}

${title} (HTTP ${status}).

- What to check: ${check}
- Worth trying again: ${again[retry]}
`,
  )
  .join('\n')}`;
}
