// Performs runs in a worker: with the Automation API, in the engine at the address that each run names.
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { SemVer } from "semver";
import { type EngineAddress } from "../address";
import { type EngineCommand } from "../automation/answered";
import { AutomationEngine } from "../automation/automationEngine";
import { CliCommand } from "../cli/command";
import { RunJournal } from "../cli/journal";
import { WarmCommand } from "../warm/command";
import { type WorkerSettings } from "./messages";
import { type Perform, type Prepare } from "./serve";

/** Keeps what runs in one engine share from run to run, until a run names another engine. */
export const createRunner: Prepare = (settings, began) => {
  const journal = new RunJournal(join(settings.stateDir, "runs"), settings.deadline + settings.grace);
  let last: { readonly address: EngineAddress; readonly engine: AutomationEngine } | undefined;
  const engineAt = (address: EngineAddress): AutomationEngine => {
    if (last !== undefined && isDeepStrictEqual(last.address, address)) return last.engine;
    const command = commandAt(address, settings, journal, began);
    last = { address, engine: new AutomationEngine({ ...settings, command, journal }) };
    return last.engine;
  };
  return (request, address, signal) => perform(engineAt(address), request, signal);
};

function perform(engine: AutomationEngine, request: Parameters<Perform>[0], signal: AbortSignal) {
  switch (request.method) {
    case "up":
      return engine.up({ ...request.run, signal }, request.options);
    case "preview":
      return engine.preview({ ...request.run, signal });
    case "refresh":
      return engine.refresh({ ...request.run, signal });
    case "destroy":
      return engine.destroy({ ...request.run, signal });
  }
}

function commandAt(
  address: EngineAddress,
  { deadline, grace }: WorkerSettings,
  journal: RunJournal,
  onProcess: (operation: string) => void,
): EngineCommand {
  const common = { journal, deadline, grace, onProcess };
  return address.kind === "cli"
    ? new CliCommand({ ...common, command: address.command, version: new SemVer(address.version) })
    : new WarmCommand({ ...common, address });
}
