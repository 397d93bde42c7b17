// The warm engine: built from this repository's own Go sources, so its version is that of Pulumi and of them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { PROTOCOL } from "../../stack/warm/protocol";
import { PULUMI_LDFLAGS } from "./goBuild";
import { type Part } from "./part";
import { type Platform } from "./platform";
import { VERSIONS } from "./versions";

/** Name of the program. */
const FILE = "pulumi-warm-engine";

/**
 * The part for a platform.
 *
 * @param sources directory of the Go module; another source makes another directory in the cache
 */
export function warmEngine({ os, arch }: Platform, sources: string): Part {
  const version = VERSIONS.pulumi;
  return {
    name: "warm-engine",
    version,
    files: [FILE],
    directory: `warm-engine-${version}-${hashOfSources(sources)}-${os}-${arch}`,
    outdated: new RegExp(`^warm-engine-.+-${os}-${arch}$`),
    optional: "the Pulumi CLI does its work, slower",
    installed: { kind: "warm-engine", pulumi: version, protocol: PROTOCOL },
    go: [{ module: sources, file: FILE, build: ".", ldflags: PULUMI_LDFLAGS }],
  };
}

/** The first 12 hexadecimal digits of a SHA-256 over everything that the program is built from. */
function hashOfSources(directory: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((file) => /(\.go|^go\.(mod|sum))$/.test(file) && !file.endsWith("_test.go"))
    .sort();
  for (const file of files) {
    const content = readFileSync(path.join(directory, file));
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}
