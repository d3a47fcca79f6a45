import { type CiDefinition, from, type Read } from './definition.ts';

const filePrefix = 'file:';
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f' };

const unescapeProperty = (text: string) =>
  text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_whole, mark: string) =>
    mark.length === 5 ? String.fromCharCode(Number.parseInt(mark.slice(1), 16)) : (escapes[mark] ?? mark),
  );

/** The entries of a Java properties file as TeamCity writes it: one a line, with backslash escapes. */
function parseProperties(text: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const entry = /^\s*((?:\\.|[^\\=:#!\s])(?:\\.|[^\\=:\s])*)\s*[=: ]\s*(.*)$/.exec(line);
    if (entry) properties.set(unescapeProperty(entry[1] ?? ''), unescapeProperty(entry[2] ?? ''));
  }
  return properties;
}

/** `file:NAME` from the build's properties, then from the configuration parameters that they lead to. */
function openProperties(path: string | undefined, readText: (path: string) => string): Read {
  if (path === undefined || path === '') return () => undefined;
  const build = parseProperties(readText(path));
  const configurationPath = build.get('teamcity.configuration.properties.file');
  const configuration =
    configurationPath === undefined ? undefined : parseProperties(readText(configurationPath));
  return (name) => {
    if (!name.startsWith(filePrefix)) return undefined;
    const key = name.slice(filePrefix.length);
    return build.get(key) ?? configuration?.get(key);
  };
}

/** A build may run for the default branch under the name `<default>`. */
const namedBranch = (name: string) => from(name, (value) => (value.startsWith('<') ? undefined : value));

/**
 * TeamCity: few variables, the rest in two properties files on the agent. A step has no name for the status, so STATE
 * is needed. A build number may be any text; then the build's id is taken.
 */
export const teamcity: CiDefinition = {
  name: 'TeamCity',
  docs: 'https://www.jetbrains.com/help/teamcity/predefined-build-parameters.html',
  detectedBy: ['TEAMCITY_VERSION'],
  openFile: (env, readText) => openProperties(env.TEAMCITY_BUILD_PROPERTIES_FILE, readText),
  fields: {
    pipelineId: [
      'file:teamcity.buildType.id',
      from(
        'TEAMCITY_BUILDCONF_NAME',
        (name, read) => `${read('TEAMCITY_PROJECT_NAME') ?? 'project'}/${name}`,
      ),
    ],
    pipelineName: 'TEAMCITY_BUILDCONF_NAME',
    buildNumber: [
      from('BUILD_NUMBER', (number) => (/^\d+$/.test(number) ? number : undefined)),
      'file:teamcity.build.id',
    ],
    buildLink: [
      'BUILD_URL',
      from('file:teamcity.build.id', (id, read) =>
        from('file:teamcity.serverUrl', (server) => `${server}/viewLog.html?buildId=${id}`)(read),
      ),
    ],
    branch: [namedBranch('file:teamcity.build.branch'), 'file:teamcity.build.vcs.branch'],
    sourceBranch: 'file:teamcity.pullRequest.source.branch',
    targetBranch: 'file:teamcity.pullRequest.target.branch',
    commitSha: ['BUILD_VCS_NUMBER', 'file:build.vcs.number'],
    pullRequestNumber: 'file:teamcity.pullRequest.number',
    pullRequestTitle: 'file:teamcity.pullRequest.title',
    pullRequestLink: 'file:teamcity.pullRequest.url',
    repositoryUrl: 'file:vcsroot.url',
    triggeredBy: ['file:teamcity.build.triggeredBy.username', 'file:teamcity.build.triggeredBy'],
  },
};
