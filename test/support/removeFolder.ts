import { rmSync } from "node:fs";
import { until } from "../../dev/until";

/** Removes a folder in which a process that is about to end may still be writing. */
export async function removeFolder(folder: string): Promise<void> {
  await until(`${folder} is removed`, () => {
    rmSync(folder, { recursive: true, force: true });
    return true;
  });
}
