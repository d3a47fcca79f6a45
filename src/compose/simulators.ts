import type { ShownDevelopment, Simulator, SimulatorOptions } from '../cli/simulators.ts';
import { TielineError } from '../kit/errors.ts';
import {
  describeAsText as describeCodeAsText,
  describeHarnessCode,
  GitMissing,
  type Identity,
  parseSeedText as parseCodeSeedText,
  startHarnessCodeSimulator,
} from '../simulators/harness-code/index.ts';
import {
  describeAsText,
  describeDataCenter,
  describeDataCenterAsText,
  describeSimulator,
  type JiraSimulator,
  parseSeedText,
  startJiraSimulator,
} from '../simulators/jira/index.ts';

async function startHarnessCode(
  identity: Identity,
  { port, host, seed }: SimulatorOptions,
): Promise<Simulator> {
  const simulator = await startHarnessCodeSimulator({
    identity,
    port,
    host,
    seed: seed === undefined ? undefined : parseSeed(seed, parseCodeSeedText),
  });
  const description = describeHarnessCode(simulator);
  const token = simulator.accounts.find(({ admin }) => admin)?.token;
  return {
    description,
    text: describeCodeAsText(description),
    codeHost: token === undefined ? undefined : { site: simulator.url, token, people: simulator.people },
    close: () => simulator.close(),
  };
}

function shownDevelopment({ state }: JiraSimulator, issueKey: string): ShownDevelopment {
  const shown = state.development(issueKey);
  return {
    branches: shown.flatMap(({ branches }) => branches.map(({ name }) => name)),
    commits: shown.flatMap(({ commits }) =>
      commits.map(({ displayId: id, message }) => ({ id, subject: message.split('\n', 1)[0] ?? '' })),
    ),
    pullRequests: shown.flatMap(({ pullRequests }) =>
      pullRequests.map(({ displayId: id, title, status, reviewers }) => ({
        id,
        title,
        status,
        reviewers: (reviewers ?? []).map(({ name = 'Somebody', approvalStatus: verdict }) => ({
          name,
          verdict,
        })),
      })),
    ),
  };
}

/** The stand-ins by product and edition; of each product the first edition is the usual one. */
const starters: Record<string, Record<string, (options: SimulatorOptions) => Promise<Simulator>>> = {
  jira: {
    async cloud({ port, gatewayPort, host, seed }) {
      const simulator = await startJiraSimulator({
        edition: 'cloud',
        port,
        gatewayPort,
        host,
        seed: seed === undefined ? undefined : parseSeed(seed, parseSeedText),
      });
      const description = describeSimulator(simulator);
      return {
        description,
        cloud: { ...description, development: (issueKey) => shownDevelopment(simulator, issueKey) },
        text: describeAsText(description),
        close: () => simulator.close(),
      };
    },
    async 'data-center'({ port, host, contextPath, release, seed }) {
      const simulator = await startJiraSimulator({
        edition: 'data-center',
        port,
        host,
        contextPath,
        version: release,
        seed: seed === undefined ? undefined : parseSeed(seed, parseSeedText),
      });
      const description = describeDataCenter(simulator);
      return { description, text: describeDataCenterAsText(description), close: () => simulator.close() };
    },
  },
  'harness-code': {
    gitness: (options) => startHarnessCode('Gitness', options),
    harness: (options) => startHarnessCode('Harness', options),
  },
};

/** Starts a stand-in. @throws usage-wrong for a product without one, a wrong seed, release or context path; port-taken */
export async function startSimulator(product: string, options: SimulatorOptions): Promise<Simulator> {
  const editions = starters[product];
  if (editions === undefined) {
    throw new TielineError('usage-wrong', `There is no stand-in for "${product}"`, {
      hint: `There is one for: ${Object.keys(starters).join(', ')}.`,
    });
  }
  const edition = options.edition ?? Object.keys(editions)[0] ?? '';
  const starter = editions[edition];
  if (starter === undefined) {
    throw new TielineError('usage-wrong', `There is no simulated ${product} "${edition}"`, {
      hint: `There are: ${Object.keys(editions).join(', ')}.`,
    });
  }
  try {
    return await starter(options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new TielineError('port-taken', `Something listens at the port already: ${error.message}`, {
        cause: error,
      });
    }
    if (error instanceof GitMissing) {
      throw new TielineError('git-missing', error.message, { cause: error });
    }
    if (error instanceof RangeError) throw new TielineError('usage-wrong', error.message, { cause: error });
    throw error;
  }
}

/** The stand-in knows nothing of our errors; what it says of a wrong seed becomes one of ours here. */
function parseSeed<Seed>(text: string, parse: (text: string, source: string) => Seed): Seed {
  try {
    return parse(text, 'The seed file');
  } catch (error) {
    if (error instanceof TielineError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new TielineError('usage-wrong', message, { cause: error });
  }
}
