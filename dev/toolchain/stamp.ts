import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";

/** What the last set-up ended with, so that the next one need not ask any program for its version. */
export interface Stamp<T> {
  readonly key: string;
  readonly toolchain: T;
  readonly files: Readonly<Record<string, string>>;
}

/** Size and time of last change of a file, or "" when there is none. */
export async function fingerprint(file: string): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  return info === undefined ? "" : `${info.size} ${info.mtimeMs}`;
}

/** What the last set-up ended with, if it was kept under one of `keys` and its files are unchanged. */
export async function readStamp<T>(
  cache: string,
  name: string,
  keys: readonly string[],
): Promise<Stamp<T> | undefined> {
  const text = await readFile(path.join(cache, name), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const stamp = JSON.parse(text) as Stamp<T>;
  if (!keys.includes(stamp.key)) return undefined;
  const unchanged = await Promise.all(
    Object.entries(stamp.files).map(async ([file, was]) => was !== "" && (await fingerprint(file)) === was),
  );
  return unchanged.every(Boolean) ? stamp : undefined;
}

/** Remembers a result. Readers see the old stamp or the new one, never a part of it. */
export async function writeStamp(
  cache: string,
  name: string,
  { key, toolchain }: Pick<Stamp<unknown>, "key" | "toolchain">,
  files: readonly string[],
): Promise<void> {
  const fingerprints = await Promise.all(files.map(async (file) => [file, await fingerprint(file)] as const));
  const stamp: Stamp<unknown> = { key, toolchain, files: Object.fromEntries(fingerprints) };
  await mkdir(cache, { recursive: true });
  const file = path.join(cache, name);
  await writeFile(`${file}.new`, JSON.stringify(stamp, undefined, 2));
  await rename(`${file}.new`, file);
}
