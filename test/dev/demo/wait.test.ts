import assert from "node:assert/strict";
import { Interrupted, NotAsPromised, until } from "../../../dev/demo/wait";

describe("A wait of the demo", () => {
  const { signal } = new AbortController();

  it("ends with what was waited for", async () => {
    let looks = 0;
    const look = (): Promise<{ found: number } | { instead: string }> =>
      Promise.resolve(++looks < 3 ? { instead: "not yet" } : { found: looks });
    assert.equal(await until({ expected: "three", deadlineSeconds: 5, signal }, look), 3);
  });

  it("says after its deadline what was expected and what was seen", async () => {
    const waiting = until({ expected: "a route", deadlineSeconds: 0, signal }, () =>
      Promise.resolve({ instead: "no VirtualService" }),
    );
    await assert.rejects(waiting, new NotAsPromised("a route within 0 s", "no VirtualService"));
  });

  it("takes an error of a look for something seen", async () => {
    const waiting = until({ expected: "a route", deadlineSeconds: 0, signal }, () =>
      Promise.reject(new Error("connection refused")),
    );
    await assert.rejects(waiting, { seen: "connection refused" });
  });

  it("ends with the reason of an interruption", async () => {
    const ending = new AbortController();
    const waiting = until({ expected: "a route", deadlineSeconds: 5, signal: ending.signal }, () => {
      ending.abort(new Interrupted("SIGINT"));
      return Promise.resolve({ instead: "nothing" });
    });
    await assert.rejects(waiting, new Interrupted("SIGINT"));
  });
});
