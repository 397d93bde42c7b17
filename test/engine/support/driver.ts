// A process that does rows, one at a time: a program that throws where nobody waits throws in the whole process.
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { rows } from "../rows";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { RunJournal } from "../../../stack/cli/journal";
import { WarmCommand } from "../../../stack/warm/command";
import { runRow, type Commands, type RowResult } from "./rowRun";
import { type Suite } from "./side";

/** Milliseconds a run of the warm engine may take; those of the CLI have no limit. */
const DEADLINE = 120_000;
const GRACE = 15_000;

/** What a driver is asked. */
export interface DriverRequest {
  readonly suite: Suite;
  /** Name of the row. */
  readonly row: string;
}

/** What it answers: a result, or what kept it from having one. */
export type DriverAnswer = { readonly result: RowResult } | { readonly problem: string };

process.on("disconnect", () => process.exit());
process.on("message", (request: DriverRequest) => {
  void answer(request).then((answered) => process.send?.(answered));
});

// Connections that a failed program left behind must not be taken by a later run that gets the port of one of them.
Object.assign((settings as unknown as { readonly grpcClientOptions: object }).grpcClientOptions, {
  "grpc.use_local_subchannel_pool": 1,
});

let commands: Promise<Commands> | undefined;

async function answer({ suite, row: name }: DriverRequest): Promise<DriverAnswer> {
  try {
    const row = rows.find((one) => one.name === name);
    if (row === undefined) throw new Error(`no row is named ${name}`);
    forgetPrograms();
    commands ??= createCommands(suite);
    return { result: await runRow(suite, row, await commands) };
  } catch (error) {
    return { problem: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function createCommands({ dir, warm: address }: Suite): Promise<Commands> {
  const journal = new RunJournal(join(dir, "runs"), DEADLINE);
  const warm = new WarmCommand({ address, journal, deadline: DEADLINE, grace: GRACE, answersHere: false });
  return { cli: await PulumiCommand.get(), warm: warm as unknown as PulumiCommand };
}

/** What a program that failed left behind: the Automation API goes on to tell of errors of others in its name. */
function forgetPrograms(): void {
  process.removeAllListeners("uncaughtException");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", () => undefined);
}
