import { chmod } from "node:fs/promises";
import path from "node:path";
import { extract } from "tar";

/**
 * Takes files out of a tar.gz, wherever in it they are, and makes them executable.
 *
 * @throws when one of them is not in it
 */
export async function extractFiles(
  archive: string,
  names: readonly string[],
  directory: string,
): Promise<void> {
  const missing = new Set(names);
  await extract({
    file: archive,
    cwd: directory,
    filter: (entryPath, entry) =>
      "type" in entry && entry.type === "File" && names.includes(path.basename(entryPath)),
    onReadEntry: (entry) => {
      // Flat, so that the depth at which a vendor packs its files does not matter.
      entry.path = path.basename(entry.path);
      missing.delete(entry.path);
    },
  });
  if (missing.size > 0)
    throw new Error(`${path.basename(archive)} does not contain ${[...missing].join(", ")}`);
  await Promise.all(names.map((name) => chmod(path.join(directory, name), 0o755)));
}
