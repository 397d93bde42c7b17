// `npm run bench`: what the watcher costs and how fast it is, against what is promised.
import { ensureToolchain } from "../toolchain";
import { parseArguments, type BenchArguments, type Measurement } from "./args";
import { measureEngine } from "./engine";
import { measureIdle } from "./idle";
import { type BenchOptions } from "./installation";
import { toJson, toText, type Measured } from "./measured";
import { measureMemory } from "./memory";
import { measureReadiness } from "./readiness";
import { measureSoak } from "./soak/soak";

const measure: Readonly<Record<Measurement, (options: BenchOptions) => Promise<Measured>>> = {
  engine: measureEngine,
  readiness: measureReadiness,
  idle: measureIdle,
  memory: measureMemory,
  soak: measureSoak,
};

async function main({ only, json, ...options }: BenchArguments): Promise<void> {
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const toolchain = await ensureToolchain({ log: say });
  const measured: Measured[] = [];
  for (const name of only) measured.push(await measure[name]({ ...options, toolchain, say }));
  process.stdout.write(json ? `${toJson(measured)}\n` : toText(measured));
  if (measured.some(({ problems = [] }) => problems.length > 0)) process.exitCode = 1;
}

function readArguments(): BenchArguments {
  try {
    return parseArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

main(readArguments()).catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
