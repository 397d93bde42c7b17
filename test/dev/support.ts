import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Part } from "../../dev/toolchain/part";
import { toolchainParts } from "../../dev/toolchain/parts";
import { type ProgressStream } from "../../dev/toolchain/progress";

/** Where no vendor answers. */
export const NOWHERE = "http://127.0.0.1:1";

/**
 * The parts of the toolchain as if no vendor could be reached.
 *
 * @param engine directory of the warm engine's sources, by default the real ones
 */
export function partsOfNobody(engine?: string): Part[] {
  const hosts = { github: NOWHERE, githubRaw: NOWHERE, kubernetes: NOWHERE };
  return toolchainParts({ os: "linux", arch: "amd64" }, hosts, engine);
}

/** A new directory for each test of the suite it is called in, removed afterwards. */
export function useTempDir(): () => string {
  let dir = "";
  beforeEach(() => {
    dir = mkdtempSync(path.join(tmpdir(), "oda-api-test-"));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return () => dir;
}

/** Writes an executable shell script and returns its path. */
export function writeScript(file: string, ...lines: string[]): string {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(file, 0o755);
  return file;
}

/** Remembers what is written to it. */
export class Recorder implements ProgressStream {
  text = "";

  constructor(
    readonly isTTY = false,
    readonly columns = 80,
  ) {}

  write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "");
  }
}
