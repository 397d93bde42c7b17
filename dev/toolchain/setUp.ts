import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { onTermination } from "./childProcess";
import { Downloader } from "./download";
import { ToolchainError, type MissingPart } from "./failure";
import { findGo, type Go } from "./goBuild";
import { candidates, chooseInstalled } from "./installed";
import { acquireLock } from "./lock.mjs";
import { isCached, obtain, unfinishedDir, type Means } from "./obtain";
import { type Part, type PartName } from "./parts";
import { duration, type Progress } from "./progress";
import { preparePulumiHome } from "./pulumiHome";
import { fingerprint, readStamp, writeStamp } from "./stamp";
import { toolchainLayout, type Layout, type Toolchain } from "./toolchain";

/** Everything a set-up depends on. */
export interface SetUpSettings {
  readonly parts: readonly Part[];
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
}

type Candidates = ReadonlyMap<Part, readonly string[]>;

/**
 * Takes each part from where it is installed, from the cache, from its vendor or from its Go module, in this
 * order. Only one process at a time does so; another one waits. When nothing has changed since the last time,
 * only the times of a few files are looked at.
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
  const key = await keyOf(settings, found);
  const ready = async (): Promise<unknown> => {
    const toolchain = await readStamp(cache, layout.stamp, key);
    if (toolchain !== undefined) progress.line("toolchain ready (cached)");
    return toolchain;
  };
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
    return (await ready()) ?? (await makeReady(settings, layout, found, key, () => interrupted));
  } finally {
    clearInterval(ticking);
    cancel();
    release();
  }
}

async function makeReady<T>(
  settings: SetUpSettings,
  layout: Layout<T>,
  found: Candidates,
  key: string,
  isInterrupted: () => boolean,
): Promise<T> {
  const { cache, env, parts, progress } = settings;
  const started = Date.now();
  await rm(unfinishedDir(cache), { recursive: true, force: true });
  const directories = new Map<PartName, string>();
  const wanted: { part: Part; installed: string }[] = [];
  for (const part of parts) {
    const finding = await chooseInstalled(part, found.get(part) ?? [], env);
    if ("directory" in finding) {
      progress.line(`${part.name} ${finding.version}: installed in ${finding.directory}`);
      directories.set(part.name, finding.directory);
      continue;
    }
    directories.set(part.name, path.join(cache, part.directory));
    if (!(await isCached(cache, part))) wanted.push({ part, installed: finding.rejected });
  }

  const missing: MissingPart[] = [];
  const means: Means = {
    cache,
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
  if (missing.length > 0) throw new ToolchainError(missing);

  const toolchain = await assemble(cache, parts, directories, layout);
  await writeStamp(cache, layout.stamp, { key, toolchain: toolchain.paths }, toolchain.files);
  progress.line(`toolchain ready (${duration(Date.now() - started)})`);
  return toolchain.paths;
}

async function assemble<T>(
  cache: string,
  parts: readonly Part[],
  directories: ReadonlyMap<PartName, string>,
  layout: Layout<T>,
): Promise<{ readonly paths: T; readonly files: readonly string[] }> {
  const file = (name: PartName): string => {
    const first = parts.find((part) => part.name === name)?.files[0];
    const directory = directories.get(name);
    if (first === undefined || directory === undefined) throw new Error(`the toolchain has no part ${name}`);
    return path.join(directory, first);
  };
  const { home, plugin } = await preparePulumiHome(cache, file("kubernetes-provider"));
  const all = parts.flatMap(({ name, files }) =>
    files.map((one) => path.join(path.dirname(file(name)), one)),
  );
  return { paths: layout.paths(file, home), files: [...all, plugin] };
}

async function findCandidates({ parts, env }: SetUpSettings): Promise<Candidates> {
  return new Map(await Promise.all(parts.map(async (part) => [part, await candidates(part, env)] as const)));
}

/** Changes when a version does, or when something is installed, upgraded or removed. */
async function keyOf({ parts }: SetUpSettings, found: Candidates): Promise<string> {
  const described = parts.map(async (part) => {
    const files = (found.get(part) ?? []).map((directory) => path.join(directory, part.files[0] ?? ""));
    const installed = await Promise.all(files.map(async (file) => `${file} ${await fingerprint(file)}`));
    return [part.directory, ...installed].join("\n");
  });
  return (await Promise.all(described)).join("\n");
}

function once(find: () => Promise<Go>): () => Promise<Go> {
  let result: Promise<Go> | undefined;
  return () => (result ??= find());
}
