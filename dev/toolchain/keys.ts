// What the result of a set-up depends on, in texts to compare.
import path from "node:path";
import { candidates, onPath } from "./installed";
import { type Part } from "./part";
import { fingerprint } from "./stamp";

/** Directories on this machine that hold a part, for each part. */
export type Candidates = ReadonlyMap<Part, readonly string[]>;

/** A result is as good as a new one while the key that it was kept under is the same. */
export interface Keys {
  /** Of a result with every part. Changes when a version does, or when something is installed, upgraded or removed. */
  readonly whole: string;
  /** Of a result without the optional parts. Changes also when Go or Python does, or when one of them has been made. */
  readonly partial: string;
}

interface Machine {
  readonly parts: readonly Part[];
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Looks for every part on this machine. */
export async function findCandidates({ parts, env }: Machine): Promise<Candidates> {
  return new Map(await Promise.all(parts.map(async (part) => [part, await candidates(part, env)] as const)));
}

/** The keys of results that are possible now. */
export async function keysOf({ parts, cache, env }: Machine, found: Candidates): Promise<Keys> {
  const described = parts.map(async (part) => {
    const files = (found.get(part) ?? []).map((directory) => path.join(directory, part.files[0] ?? ""));
    return [part.directory, ...(await Promise.all(files.map(seenAs)))].join("\n");
  });
  const whole = (await Promise.all(described)).join("\n");
  const made = parts
    .filter(({ optional }) => optional !== undefined)
    .map(({ directory, files }) => path.join(cache, directory, files[0] ?? ""));
  const makers = [...(await onPath("go", env)), ...(await onPath("python3", env))];
  const seen = await Promise.all([...makers, ...made].map(seenAs));
  return { whole, partial: ["without optional parts", whole, ...seen].join("\n") };
}

async function seenAs(file: string): Promise<string> {
  return `${file} ${await fingerprint(file)}`;
}
