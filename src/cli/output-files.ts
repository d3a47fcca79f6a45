import { appendFile } from 'node:fs/promises';

type Environment = Readonly<Record<string, string | undefined>>;

/** Files for the variables that later steps read, by the variable that names them, and how their CI writes a name. */
const files: { variable: string; nameOf(name: string): string }[] = [
  { variable: 'DRONE_OUTPUT', nameOf: (name) => name },
  { variable: 'HARNESS_OUTPUT', nameOf: (name) => name },
  { variable: 'GITHUB_OUTPUT', nameOf: (name) => name.toLowerCase() },
];

/** Writes the file that a variable names, if it is set; gives a notice when it cannot be written. */
export async function writeNamedFile(
  env: Environment,
  variable: string,
  write: (path: string) => Promise<void>,
): Promise<string[]> {
  const path = env[variable]?.trim();
  if (path === undefined || path === '') return [];
  try {
    await write(path);
    return [];
  } catch (error) {
    return [`${variable} could not be written: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/**
 * Leaves variables for the later steps of a CI where it wants them. Names are in upper case; a value is one line: what
 * comes after a line end would be read as another variable.
 */
export async function writeVariables(env: Environment, variables: Record<string, string>): Promise<string[]> {
  const notices: string[] = [];
  for (const { variable, nameOf } of files) {
    const lines = Object.entries(variables).map(
      ([name, value]) => `${nameOf(name)}=${value.replaceAll(/[\r\n]+/g, ' ')}\n`,
    );
    notices.push(...(await writeNamedFile(env, variable, (path) => appendFile(path, lines.join('')))));
  }
  return notices;
}
