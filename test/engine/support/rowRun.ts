// Does a row with both engines, and then has each go on where the other stopped.
import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type PulumiCommand } from "@pulumi/pulumi/automation";
import { type Recorded } from "./recorded";
import { type Program, type Row, type Step } from "./row";
import { engines, Side, STACK, type EngineName, type Suite } from "./side";
import { preview, up } from "./steps";

/** What is expected of a step that finds all as it should be, whatever the number of resources. */
export const UNCHANGED = "same";

/** What the engines made of a row: a record for each step. */
export interface RowResult {
  readonly steps: Readonly<Record<EngineName, readonly Recorded[]>>;
  /** What each made of the stack of the other; empty where a row leaves nothing to go on with. */
  readonly takenOver: Readonly<Record<EngineName, readonly Recorded[]>>;
}

/** The engines at hand. */
export type Commands = Readonly<Record<EngineName, PulumiCommand>>;

export async function runRow(suite: Suite, row: Row, commands: Commands): Promise<RowResult> {
  const side = (engine: EngineName, places: EngineName = engine): Promise<Side> =>
    Side.create(suite, {
      engine,
      command: commands[engine],
      cli: commands.cli,
      project: projectOf(row),
      places,
    });
  const sides = { cli: await side("cli"), warm: await side("warm") };
  const steps: Record<EngineName, Recorded[]> = { cli: [], warm: [] };
  for (const engine of engines) {
    await sides[engine].cluster.createNamespace();
    if (row.created !== false) await sides[engine].workspace.createStack(STACK);
    steps[engine] = await recordAll(sides[engine], row.steps);
  }
  const takenOver: Record<EngineName, Recorded[]> = { cli: [], warm: [] };
  const last = lastProgram(row);
  if (row.takeOver === "none" || last === undefined) return { steps, takenOver };

  exchange(sides.cli, sides.warm);
  takenOver.cli = await recordAll(await side("cli", "warm"), goingOn(last));
  takenOver.warm = await recordAll(await side("warm", "cli"), goingOn(last));
  return { steps, takenOver };
}

/** Steps of an engine that takes a stack over. */
function goingOn(program: Program): readonly Step[] {
  return [preview(program, UNCHANGED), up(program, UNCHANGED, { refresh: true })];
}

async function recordAll(side: Side, steps: readonly Step[]): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  for (const step of steps) recorded.push(await side.record(step));
  return recorded;
}

function lastProgram({ steps }: Row): Program | undefined {
  return steps.findLast(({ program }) => program !== undefined)?.program;
}

/** Name of the row's project, and part of the names of its namespaces. */
export function projectOf({ name }: Row): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 50)
    .replace(/-$/, "");
}

/** Puts the state and the settings of each side where the other has its own. */
function exchange(a: Side, b: Side): void {
  const aside = join(a.workspace.workDir, "exchanged");
  for (const [left, right] of [
    [a.stacksDir, b.stacksDir],
    [a.settingsFile, b.settingsFile],
  ] as const) {
    move(left, aside);
    move(right, left);
    move(aside, right);
  }
}

function move(from: string, to: string): void {
  if (!existsSync(from)) return;
  cpSync(from, to, { recursive: true });
  rmSync(from, { recursive: true });
}
