// Ports for servers that say too late, or nobody asks, whether theirs was free.
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to outgoing connections (RFC 6335 names 49152 and up, Linux 32768 and up). */
const RANGE = [20_000, 30_000] as const;

/** A port of 127.0.0.1 that nobody listens on now and that no outgoing connection is given later. */
export async function reservedPort(): Promise<number> {
  for (;;) {
    const port = randomInt(...RANGE);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, "127.0.0.1"), "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
