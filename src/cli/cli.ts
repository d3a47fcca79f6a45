import type { Command } from 'commander';
import type { Config } from '../config.ts';
import type { Http, HttpTarget } from '../kit/http.ts';
import type { DirectJira, JiraTarget } from './direct-jira.ts';
import type { Hub, HubOptions } from './hub.ts';
import type { Simulator, SimulatorOptions } from './simulators.ts';

/** What a command is given: it reaches for nothing by itself. */
export interface Cli {
  version: string;
  env: Record<string, string | undefined>;
  /** @throws configuration-invalid */
  config(): Promise<Config>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  note(line: string): void;
  /** Files and standard input. */
  readText(path: string): Promise<string>;
  /** How this program was started: the command for a child process of the same. */
  self: { command: string; arguments: string[] };
  /** Sets the exit code without ending what runs. */
  exit(code: number): void;
  /** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
  untilStopped(): Promise<void>;
  startHub(config: Config, options?: HubOptions): Promise<Hub>;
  startSimulator(name: string, options: SimulatorOptions): Promise<Simulator>;
  /** A client without the deny list: the person at the command line chose the address. */
  http(target: HttpTarget): Promise<{ http: Http; close(): Promise<void> }>;
  /** Jira Cloud without a hub. */
  directJira(target: JiraTarget): Promise<DirectJira>;
}

/** What every file of `cli/` with a command exports as `make`. */
export type MakeCommand = (cli: Cli) => Command;
