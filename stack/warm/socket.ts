// Where an engine process makes its Unix socket: in a folder that only its owner can enter.
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createConnection } from "node:net";
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
  const usual = folderOf(stateDir);
  const path = join(usual, name);
  if (Buffer.byteLength(path) <= MAX_PATH) {
    mkdirSync(usual, { recursive: true, mode: 0o700 });
    return place(path, path);
  }
  const own = mkdtempSync(join(tmpdir(), "oda-engine-"));
  return place(join(own, name), own);
}

/** Removes the sockets below `stateDir` at which nobody listens: those of engines that were killed with their parent. */
export async function removeDeadSockets(stateDir: string): Promise<void> {
  const paths = socketsIn(folderOf(stateDir));
  const dead = await Promise.all(paths.map(isDead));
  for (const path of paths.filter((_, index) => dead[index])) rmSync(path, { force: true });
}

function socketsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".sock"));
    return names.map((name) => join(folder, name));
  } catch {
    // No engine has ever been started.
    return [];
  }
}

function isDead(path: string): Promise<boolean> {
  return new Promise((settle) => {
    const connection = createConnection(path);
    connection.once("connect", () => {
      connection.destroy();
      settle(false);
    });
    connection.once("error", ({ code }: NodeJS.ErrnoException) => {
      settle(code === "ECONNREFUSED");
    });
  });
}

function folderOf(stateDir: string): string {
  return resolve(stateDir, "engine");
}

function place(path: string, removed: string): SocketPlace {
  return {
    path,
    remove: () => {
      rmSync(removed, { recursive: true, force: true });
    },
  };
}
