import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { onTermination } from "./childProcess";
import { Downloader } from "./download";
import { leavingOut, ToolchainError, type MissingPart } from "./failure";
import { findGo, type Go } from "./goBuild";
import { chooseInstalled } from "./installed";
import { findCandidates, keysOf, type Candidates, type Keys } from "./keys";
import { acquireLock } from "./lock.mjs";
import { isCached, obtain, unfinishedDir, type Means } from "./obtain";
import { type Part, type PartName } from "./part";
import { duration, type Progress } from "./progress";
import { preparePulumiHome } from "./pulumiHome";
import { readStamp, writeStamp } from "./stamp";
import { toolchainLayout, type Layout, type Toolchain } from "./toolchain";

/** Everything a set-up depends on. */
export interface SetUpSettings {
  readonly parts: readonly Part[];
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  /** Whether to try again for optional parts that the last set-up had to leave out. */
  readonly retry?: boolean;
}

/**
 * Takes each part from where it is installed, from the cache, from its vendor or from its Go module, in this
 * order. Only one process at a time does so; another one waits. When nothing has changed since the last time,
 * only the times of a few files are looked at. Optional parts that can be had in no way are left out, and are not
 * tried for again until Go or their sources change.
 *
 * @throws ToolchainError when parts are missing at the end
 */
export async function setUp(settings: SetUpSettings): Promise<Toolchain>;
export async function setUp<T>(settings: SetUpSettings, layout: Layout<T>): Promise<T>;
export async function setUp(
  settings: SetUpSettings,
  layout: Layout<unknown> = toolchainLayout,
): Promise<unknown> {
  const { cache, progress } = settings;
  const found = await findCandidates(settings);
  const keys = await keysOf(settings, found);
  const ready = (): Promise<unknown> => readyBefore(settings, layout, keys);
  const cached = await ready();
  if (cached !== undefined) return cached;

  await mkdir(cache, { recursive: true });
  const release = await acquireLock(path.join(cache, "setup.lock"), {
    onWait: ({ pid, host }) => {
      progress.line(`waiting for another set-up (process ${pid} on ${host})`);
    },
  });
  let interrupted = false;
  const cancel = onTermination(() => {
    interrupted = true;
    release();
  });
  const ticking = setInterval(() => {
    progress.tick();
  }, 1_000);
  try {
    return (await ready()) ?? (await makeReady(settings, layout, found, () => interrupted));
  } finally {
    clearInterval(ticking);
    cancel();
    release();
  }
}

/** The result of an earlier set-up, when it is as good as a new one. */
async function readyBefore<T>(
  { cache, parts, progress, retry = false }: SetUpSettings,
  layout: Layout<T>,
  { whole, partial }: Keys,
): Promise<T | undefined> {
  const stamp = await readStamp<T>(cache, layout.stamp, retry ? [whole] : [whole, partial]);
  if (stamp === undefined) return undefined;
  const there = new Set(Object.keys(stamp.files).map((file) => path.basename(file)));
  const leftOut = parts.filter(({ files }) => !files.every((file) => there.has(file)));
  progress.line(["toolchain ready (cached)", ...leftOut.map(({ name }) => `without ${name}`)].join(", "));
  return stamp.toolchain;
}

async function makeReady<T>(
  settings: SetUpSettings,
  layout: Layout<T>,
  found: Candidates,
  isInterrupted: () => boolean,
): Promise<T> {
  const { cache, progress } = settings;
  const started = Date.now();
  await rm(unfinishedDir(cache), { recursive: true, force: true });
  const { directories, wanted } = await locate(settings, found);
  const missing = await obtainAll(settings, wanted, isInterrupted);
  const needed = missing.filter(({ part }) => part.optional === undefined);
  if (needed.length > 0) throw new ToolchainError(needed);
  for (const { part, attempts } of missing) {
    directories.delete(part);
    progress.line(leavingOut(part, attempts));
  }
  const { paths, files } = await assemble(cache, directories, layout);
  // What was made just now is part of the key of a result without the rest.
  const { whole, partial } = await keysOf(settings, found);
  const key = missing.length > 0 ? partial : whole;
  await writeStamp(cache, layout.stamp, { key, toolchain: paths }, files);
  progress.line(`toolchain ready (${duration(Date.now() - started)})`);
  return paths;
}

type Directories = Map<Part, string>;

/** A part that is neither installed nor cached. */
type Wanted = Omit<MissingPart, "attempts">;

/** Where each part is or will be, and those that have to be obtained for that. */
async function locate(
  { parts, cache, env, progress }: SetUpSettings,
  found: Candidates,
): Promise<{ readonly directories: Directories; readonly wanted: readonly Wanted[] }> {
  const directories: Directories = new Map();
  const wanted: Wanted[] = [];
  for (const part of parts) {
    const finding = await chooseInstalled(part, found.get(part) ?? [], env);
    if ("directory" in finding) {
      progress.line(`${part.name} ${finding.version}: installed in ${finding.directory}`);
      directories.set(part, finding.directory);
      continue;
    }
    directories.set(part, path.join(cache, part.directory));
    if (!(await isCached(cache, part))) wanted.push({ part, installed: finding.rejected });
  }
  return { directories, wanted };
}

/** Puts parts into the cache, and returns those that can be had in no way. */
async function obtainAll(
  { cache, env, progress }: SetUpSettings,
  wanted: readonly Wanted[],
  isInterrupted: () => boolean,
): Promise<MissingPart[]> {
  const missing: MissingPart[] = [];
  const means: Means = {
    cache,
    env,
    progress,
    go: once(() => findGo(env)),
    downloader: new Downloader(path.join(cache, "downloads")),
  };
  for (const [index, { part, installed }] of wanted.entries()) {
    progress.begin(`[${index + 1}/${wanted.length}] ${part.name} ${part.version}`);
    const attempts = await obtain(part, means);
    if (isInterrupted()) throw new Error("the set-up of the toolchain was interrupted");
    if (attempts !== undefined) missing.push({ part, installed, attempts });
  }
  return missing;
}

async function assemble<T>(
  cache: string,
  directories: Directories,
  layout: Layout<T>,
): Promise<{ readonly paths: T; readonly files: readonly string[] }> {
  const all = [...directories].map(([{ name, files }, directory]) => ({
    name,
    paths: files.map((file) => path.join(directory, file)),
  }));
  const optionalFile = (name: PartName): string | undefined =>
    all.find((part) => part.name === name)?.paths[0];
  const file = (name: PartName): string => {
    const found = optionalFile(name);
    if (found === undefined) throw new Error(`the toolchain has no part ${name}`);
    return found;
  };
  const { home, plugin } = await preparePulumiHome(cache, file("kubernetes-provider"));
  return {
    paths: layout.paths({ pulumiHome: home, file, optionalFile }),
    files: [...all.flatMap(({ paths }) => paths), plugin],
  };
}

function once(find: () => Promise<Go>): () => Promise<Go> {
  let result: Promise<Go> | undefined;
  return () => (result ??= find());
}
