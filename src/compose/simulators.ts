import type { Simulator, SimulatorOptions } from '../cli/simulators.ts';
import { TielineError } from '../kit/errors.ts';
import {
  describeAsText,
  describeSimulator,
  parseSeedText,
  startJiraSimulator,
} from '../simulators/jira/index.ts';

/** The stand-ins by product. */
const starters: Record<string, (options: SimulatorOptions) => Promise<Simulator>> = {
  async jira({ edition, port, gatewayPort, host, seed }) {
    if (edition !== 'cloud') throw new TielineError('usage-wrong', `There is no simulated Jira "${edition}"`);
    const simulator = await startJiraSimulator({
      edition,
      port,
      gatewayPort,
      host,
      seed: seed === undefined ? undefined : parseSeed(seed),
    });
    const description = describeSimulator(simulator);
    return { description, text: describeAsText(description), close: () => simulator.close() };
  },
};

/** Starts a stand-in. @throws usage-wrong for a product without one or a wrong seed, port-taken */
export async function startSimulator(product: string, options: SimulatorOptions): Promise<Simulator> {
  const starter = starters[product];
  if (starter === undefined) {
    throw new TielineError('usage-wrong', `There is no stand-in for "${product}"`, {
      hint: `There is one for: ${Object.keys(starters).join(', ')}.`,
    });
  }
  try {
    return await starter(options);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new TielineError('port-taken', `Something listens at the port already: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** The stand-in knows nothing of our errors; what it says of a wrong seed becomes one of ours here. */
function parseSeed(text: string) {
  try {
    return parseSeedText(text, 'The seed file');
  } catch (error) {
    if (error instanceof TielineError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new TielineError('usage-wrong', message, { cause: error });
  }
}
