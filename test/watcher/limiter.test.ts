import assert from "node:assert/strict";
import { Limiter } from "../../watcher/limiter";
import { settled } from "../support/clock";

/** A task that ends when it is told to. */
function task(name: string, started: string[]) {
  let end: (how: "well" | "badly") => void = () => undefined;
  const work = () => {
    started.push(name);
    return new Promise<string>((resolve, reject) => {
      end = (how) => {
        if (how === "well") resolve(name);
        else reject(new Error(name));
      };
    });
  };
  return {
    work,
    end: (how: "well" | "badly") => {
      end(how);
      return settled();
    },
  };
}

describe("Limiter", () => {
  it("lets a bounded number of tasks run, the others in order of arrival", async () => {
    const started: string[] = [];
    const limiter = new Limiter(2);
    const tasks = ["a", "b", "c", "d"].map((name) => task(name, started));
    const results = Promise.all(tasks.map(({ work }) => limiter.run(work)));

    await settled();
    assert.deepEqual(started, ["a", "b"]);
    await tasks[1]!.end("well");
    assert.deepEqual(started, ["a", "b", "c"]);
    await tasks[0]!.end("well");
    assert.deepEqual(started, ["a", "b", "c", "d"]);
    await tasks[2]!.end("well");
    await tasks[3]!.end("well");
    assert.deepEqual(await results, ["a", "b", "c", "d"]);
  });

  it("makes room when a task fails, and gives back its error", async () => {
    const started: string[] = [];
    const limiter = new Limiter(1);
    const [first, second] = [task("first", started), task("second", started)];
    const failing = assert.rejects(limiter.run(first.work), /first/);
    const waiting = limiter.run(second.work);

    await first.end("badly");
    await failing;
    await second.end("well");

    assert.equal(await waiting, "second");
    assert.equal(await limiter.run(() => Promise.resolve("third")), "third");
  });
});
