import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeScript } from "../../support/processes";

/** Stands in for the Pulumi CLI where a test wants faults that the real one does not give on demand. */
export interface FakePulumi {
  /** Path of the CLI. */
  readonly command: string;
  /** Has the next process of an operation (`up`, `refresh`, `stack-init` …) run this bash script. */
  next(operation: string, script: string): void;
  /** Arguments of each process so far. */
  calls(): readonly string[];
}

/** Puts a CLI named `pulumi` into a folder. Where a test does not say otherwise, it succeeds and prints nothing. */
export function fakePulumi(dir: string): FakePulumi {
  const calls = join(dir, "calls");
  const command = writeScript(
    join(dir, "pulumi"),
    'if [ "$1" = version ]; then echo v3.246.0; exit; fi',
    `cd ${dir}`,
    `echo "$*" >> ${calls}`,
    'operation=$1; [ "$1" = stack ] && operation=stack-$2',
    'for script in "$operation".*.next; do',
    '  if [ -f "$script" ]; then mv "$script" "$script.used"; . "./$script.used"; exit; fi',
    "done",
  );
  let scripts = 0;
  return {
    command,
    next: (operation, script) => {
      scripts += 1;
      writeFileSync(join(dir, `${operation}.${String(scripts).padStart(3, "0")}.next`), `${script}\n`);
    },
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trimEnd().split("\n") : []),
  };
}

/** A script that fails with these words. */
export function failing(words: string): string {
  return `cat >&2 <<'WORDS'\n${words}\nWORDS\nexit 255`;
}
