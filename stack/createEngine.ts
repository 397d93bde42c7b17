// Chooses how the Pulumi engine is hosted.
import { join } from "node:path";
import { SemVer } from "semver";
import { AutomationEngine } from "./automation/automationEngine";
import { type BackendSettings } from "./backend";
import { findCli } from "./cli/cliSource";
import { CliCommand } from "./cli/command";
import { RunJournal } from "./cli/journal";
import { type Engine, type EngineChoice, type EngineProcessEvent } from "./engine";

/** Settings of {@link createEngine}. */
export interface EngineOptions {
  readonly choice: EngineChoice;
  /** Folder of this installation: work files, the journal of runs, and by default the state. */
  readonly stateDir: string;
  readonly backend: BackendSettings;
  /** Milliseconds a run may take before it is asked to stop. */
  readonly deadline: number;
  /** Milliseconds between asking a run to stop and ending it by force. */
  readonly grace: number;
  /** Most runs at a time. */
  readonly concurrency: number;
  /** Called for every CLI process and every request to the warm engine, with the operation. */
  readonly onProcess?: (operation: string) => void;
  /** Called when a process that serves many runs starts or ends otherwise than asked for. */
  readonly onEngine?: (event: EngineProcessEvent) => void;
  /** Called with each line that a process prints beside its runs. */
  readonly onLine?: (line: string) => void;
}

/**
 * The engine of an installation.
 *
 * @throws Error when the engine asked for, or any engine where none is asked for, is not installed.
 */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { stateDir, deadline, grace, onProcess = () => undefined } = options;
  const journal = new RunJournal(join(stateDir, "runs"), deadline + grace);
  const { command, version } = await findCli();
  const cli = new CliCommand({
    command,
    version: new SemVer(version),
    journal,
    deadline,
    grace,
    onProcess,
  });
  const engine = new AutomationEngine({ ...options, command: cli, journal });
  return {
    name: "cli",
    up: (run, how) => engine.up(run, how),
    preview: (run) => engine.preview(run),
    refresh: (run) => engine.refresh(run),
    destroy: (target) => engine.destroy(target),
    recover: () => {
      journal.killOrphans();
      return Promise.resolve();
    },
    condition: () => undefined,
    close: () => Promise.resolve(),
  };
}
