import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeScript } from "../../support/processes";

/** What the engine does otherwise than it should. Taken to heart at once, also by an engine that runs. */
export interface Script {
  readonly protocol?: number;
  readonly pulumi?: string;
  /** In place of becoming ready: print this to the error output, exit with this code, or do nothing. */
  readonly atStart?: { readonly says?: string; readonly exit?: number; readonly silent?: true };
  /** Print this and end with code 2 when asked for anything but its health. */
  readonly crash?: string;
  /** Answer nothing. */
  readonly deaf?: true;
  /** Go on when the standard input ends. */
  readonly ignoresEnd?: true;
  /** Start a process as a provider would be, and print its process id to the error output. */
  readonly provider?: true;
  /** Print a line to the error output when asked for its health. */
  readonly tellsHealth?: true;
  /** Bytes that its health tells. */
  readonly memory?: number;
  readonly descriptors?: number;
  /** Runs under way that its health tells. */
  readonly active?: number;
}

/** Stands in for the warm engine where a test wants faults that the real one does not give on demand. */
export interface ScriptedEngine {
  readonly command: string;
  follow(script: Script): void;
}

/** Puts an engine into a folder. Where a test does not say otherwise, it answers everything with success. */
export function scriptedEngine(dir: string): ScriptedEngine {
  const file = join(dir, "script.json");
  const program = join(__dirname, "scriptedEngine.mjs");
  const follow = (script: Script): void => {
    writeFileSync(file, JSON.stringify(script));
  };
  follow({});
  const command = writeScript(
    join(dir, "pulumi-warm-engine"),
    `SCRIPT=${file} exec ${process.execPath} ${program} "$@"`,
  );
  return { command, follow };
}
