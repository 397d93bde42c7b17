import assert from "node:assert/strict";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { placeSocket, removeDeadSockets } from "../../../stack/warm/socket";
import { useTempDir } from "../../support/tempDir";

describe("removeDeadSockets", () => {
  const dir = useTempDir();

  it("removes those of processes that were killed, and nothing else", async () => {
    const [dead, live] = [placeSocket(dir()).path, placeSocket(dir()).path];
    const file = join(dir(), "engine", "other");
    writeFileSync(file, "");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(live, resolve));
    const killed = createServer();
    await new Promise<void>((resolve) => killed.listen(join(dir(), "old"), resolve));
    // A server that is closed removes its socket where it made it.
    renameSync(join(dir(), "old"), dead);
    await new Promise((resolve) => killed.close(resolve));

    await removeDeadSockets(dir());

    assert.deepEqual([dead, live, file].map(existsSync), [false, true, true]);
    await new Promise((resolve) => server.close(resolve));
  });

  it("does without the folder", async () => {
    await removeDeadSockets(join(dir(), "none"));
  });
});
