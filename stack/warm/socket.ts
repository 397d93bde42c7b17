// Where an engine process makes its Unix socket: in a folder that only its owner can enter.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Longest path of a socket in bytes: `sun_path` of unix(4) has 104 with the zero at its end, 108 on Linux. */
const MAX_PATH = 103;

/** A socket that does not exist yet. */
export interface SocketPlace {
  readonly path: string;
  /** Removes the socket, and a folder made for it alone. */
  remove(): void;
}

/** A place for a socket below `stateDir`, or in the folder for temporary files where that path would be too long. */
export function placeSocket(stateDir: string): SocketPlace {
  const name = `${randomBytes(4).toString("hex")}.sock`;
  const usual = resolve(stateDir, "engine");
  const path = join(usual, name);
  if (Buffer.byteLength(path) <= MAX_PATH) {
    mkdirSync(usual, { recursive: true, mode: 0o700 });
    return place(path, path);
  }
  const own = mkdtempSync(join(tmpdir(), "oda-engine-"));
  return place(join(own, name), own);
}

function place(path: string, removed: string): SocketPlace {
  return {
    path,
    remove: () => {
      rmSync(removed, { recursive: true, force: true });
    },
  };
}
