// The platform team's file, on disk.
import { readFileSync } from "node:fs";
import { type Platform, PlatformError, readPlatform } from "../components";

/**
 * Reads a platform file.
 *
 * @throws {@link PlatformError} with all that is wrong with it, also when there is no such file; each problem begins
 *   with the file.
 */
export function readPlatformFile(file: string): Platform {
  try {
    return readPlatform(contentsOf(file));
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    throw new PlatformError(error.problems.map((problem) => `${file}: ${problem}`));
  }
}

function contentsOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new PlatformError([`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`]);
  }
}
