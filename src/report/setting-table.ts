/** One setting: how it is called, what it is for. The command draws its flags and help from this. */
export interface SettingDefinition {
  /** The plugin's name; `PLUGIN_` and `TIELINE_` may stand before it, and lower case is as good. */
  name: string;
  /** The command's flag, without its dashes. */
  flag: string;
  /** What the flag takes, for the help. */
  placeholder: string;
  help: string;
  /** A secret is kept as such; it may also come from the file that `…_FILE` or `--…-file` names. */
  secret?: boolean;
  /** Several values: with commas between, or the flag given again. */
  list?: boolean;
  /** Whether only the prefixed names count, since CIs use the plain one for themselves. */
  prefixedOnly?: boolean;
  /** Other variables with the same meaning, as they stand. */
  aliases?: readonly string[];
}

/** Every setting of a report. Those of the plugin first, by its names. */
export const settingTable = {
  connectKey: {
    name: 'CONNECT_KEY',
    flag: 'connect-key',
    placeholder: 'KEY',
    help: 'connect key of the hub',
    secret: true,
  },
  connectHostname: {
    name: 'CONNECT_HOSTNAME',
    flag: 'connect-hostname',
    placeholder: 'URL',
    help: 'address of the hub; http://127.0.0.1:7400 by default',
    aliases: ['TIELINE_URL'],
  },
  clientId: {
    name: 'CLIENT_ID',
    flag: 'client-id',
    placeholder: 'ID',
    help: 'OAuth client id of the Jira site, to report without a hub',
  },
  clientSecret: {
    name: 'CLIENT_SECRET',
    flag: 'client-secret',
    placeholder: 'SECRET',
    help: 'OAuth client secret of the Jira site, to report without a hub',
    secret: true,
  },
  project: {
    name: 'PROJECT',
    flag: 'project',
    placeholder: 'KEYS',
    help: 'project keys: issues of other projects are left out',
    list: true,
  },
  instance: {
    name: 'INSTANCE',
    flag: 'instance',
    placeholder: 'SITE',
    help: 'Jira site: name, host or address',
  },
  cloudId: {
    name: 'CLOUD_ID',
    flag: 'cloud-id',
    placeholder: 'ID',
    help: 'cloud id of the Jira site',
  },
  gatewayUrl: {
    name: 'GATEWAY_URL',
    flag: 'gateway-url',
    placeholder: 'URL',
    help: 'where Jira Cloud takes reports without a hub; change it only for a simulator',
    prefixedOnly: true,
  },
  environmentName: {
    name: 'ENVIRONMENT_NAME',
    flag: 'environment-name',
    placeholder: 'NAME',
    help: 'environment: a deployment to it is reported instead of a build',
  },
  environmentId: {
    name: 'ENVIRONMENT_ID',
    flag: 'environment-id',
    placeholder: 'ID',
    help: 'id of the environment; its name in lower case by default',
  },
  environmentType: {
    name: 'ENVIRONMENT_TYPE',
    flag: 'environment-type',
    placeholder: 'TYPE',
    help: 'development, testing, staging, production or unmapped; from the name by default',
  },
  state: {
    name: 'STATE',
    flag: 'state',
    placeholder: 'STATE',
    help: "state to report; the pipeline's own by default. With success, a failed pipeline sends nothing",
  },
  pipeline: {
    name: 'PIPELINE',
    flag: 'pipeline',
    placeholder: 'NAME',
    help: 'id and name of the pipeline; from the CI by default',
  },
  link: {
    name: 'LINK',
    flag: 'link',
    placeholder: 'URL',
    help: 'where the reader is led; the page of the run by default',
  },
  issueKeys: {
    name: 'ISSUEKEYS',
    flag: 'issuekeys',
    placeholder: 'KEYS',
    help: 'issue keys, instead of those found in pull request, commit, branch and tag',
    list: true,
  },
  logLevel: {
    name: 'LOG_LEVEL',
    flag: 'log-level',
    placeholder: 'LEVEL',
    help: "info or debug; debug prints Jira's answer",
  },
  service: {
    name: 'SERVICE',
    flag: 'service',
    placeholder: 'IDS',
    help: 'Jira Service Management services that were deployed',
    list: true,
    prefixedOnly: true,
  },
  label: {
    name: 'LABEL',
    flag: 'label',
    placeholder: 'TEXT',
    help: 'label of the build or deployment; the tag by default',
    prefixedOnly: true,
  },
  junit: {
    name: 'JUNIT',
    flag: 'junit',
    placeholder: 'GLOBS',
    help: 'JUnit XML files to count tests from, e.g. reports/**/*.xml',
    list: true,
    prefixedOnly: true,
  },
  buildNumber: {
    name: 'BUILD_NUMBER',
    flag: 'build-number',
    placeholder: 'NUMBER',
    help: 'number of the run; from the CI by default',
    prefixedOnly: true,
  },
} as const satisfies Record<string, SettingDefinition>;

/** A setting by its name in code. */
export type SettingId = keyof typeof settingTable;
