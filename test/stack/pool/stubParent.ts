// Main module of a process that has a worker at a run, and tells its pid.
import { tmpdir } from "node:os";
import { startPool, task } from "./stubPool";

async function main(): Promise<void> {
  let pid = 0;
  const { pool } = startPool(tmpdir(), { onOperation: () => process.stdout.write(`${pid}\n`) });
  pid = (await pool.run(task("succeed"))) as number;
  await pool.run(task("waitForEver"));
}

void main();
