import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { RunJournal } from "../../../stack/cli/journal";
import { WarmCommand, type WarmCommandOptions } from "../../../stack/warm/command";
import { eventually } from "../../support/eventually";
import { useTempDir } from "../../support/tempDir";
import { useEngineServer, type EngineServer, type Exchange } from "./engineServer";

export const STACK = "components.a";
export const UP = ["up", "--yes", "--skip-preview", "--client=127.0.0.1:5", "--stack", STACK] as const;
export const DEADLINE = 60_000;
export const GRACE = 10_000;

/** What a test of the command works with: a new folder, engine and journal each time. */
export interface CommandFixture {
  readonly dir: string;
  readonly server: EngineServer;
  readonly journal: RunJournal;
  /** Name of the stack in the journal. */
  readonly run: string;
  /** Entry of the stack's run in the engine, which this process stands for. */
  readonly entry: string;
  /** Files of the journal. */
  journalled(): readonly string[];
  command(more?: Partial<WarmCommandOptions>): WarmCommand;
  /** Has an operation wait, and gives it once it is asked for. */
  hold(operation: string): Promise<Exchange>;
  /** Waits until an operation was asked for so many times. */
  asked(operation: string, times?: number): Promise<unknown>;
}

/** Makes a fixture for each test of the suite it is called in. */
export function useWarmCommand(): () => CommandFixture {
  const dir = useTempDir();
  const server = useEngineServer(dir);
  return () => {
    const runs = join(dir(), "runs");
    const journal = new RunJournal(runs, DEADLINE + GRACE);
    const run = `${basename(dir())}.${STACK}`;
    return {
      dir: dir(),
      server: server(),
      journal,
      run,
      entry: `${run}.${process.pid}.json`,
      journalled: () => readdirSync(runs),
      command: (more = {}) =>
        new WarmCommand({
          address: { kind: "warm", socket: server().socket, pid: process.pid, version: "3.246.0" },
          journal,
          deadline: DEADLINE,
          grace: GRACE,
          ...more,
        }),
      hold: (operation) =>
        new Promise((resolve) => {
          server().on(operation, resolve);
        }),
      asked: (operation, times = 1) =>
        eventually(
          `${operation} is asked for`,
          () => server().operations.filter((asked) => asked === operation).length >= times,
        ),
    };
  };
}
