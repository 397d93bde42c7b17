import assert from "node:assert/strict";
import { Performer, Tally } from "../../../../dev/bench/soak/performer";
import { SoakStack } from "../../../../dev/bench/soak/soakStack";
import { EngineError, TransientError, type Engine, type StackRun } from "../../../../stack";

/** What the runs of an engine come to, one after the other: an error or a uid. Further ones give the uid `u1`. */
function engineWith(...ends: readonly (Error | string)[]): Engine & { readonly runs: StackRun[] } {
  const runs: StackRun[] = [];
  const unused = (): never => {
    throw new Error("not part of a soak");
  };
  return {
    name: "fake",
    runs,
    up: (run) => {
      const end = ends[runs.push(run) - 1] ?? "u1";
      return typeof end === "string" ? Promise.resolve({ uid: end, versions: {} }) : Promise.reject(end);
    },
    destroy: () => Promise.resolve(),
    preview: unused,
    refresh: unused,
    recover: unused,
    condition: () => undefined,
    close: unused,
  };
}

/** Random numbers by which the next run is to be refused, or to succeed. */
const refused = (): number => 0;
const sound = (): number => 0.1;

const stopped = new TransientError("EngineStopped", "gone");

async function perform(engine: Engine, killed: boolean, random = sound): Promise<Tally & SoakStack> {
  const tally = new Tally();
  const stack = new SoakStack("a");
  await new Performer(engine, { couldHit: () => killed }, random, tally).next(stack);
  return Object.assign(stack, tally);
}

describe("runs of a soak", () => {
  it("are remembered with what they declared", async () => {
    const { declared, exists, works, problems } = await perform(engineWith(), false);
    assert.deepEqual(declared, { version: 1, metrics: true });
    assert.deepEqual([exists, works, problems], [true, { create: 1 }, []]);
  });

  it("are repeated where a kill explains their failure", async () => {
    const engine = engineWith(stopped);
    const { declared, retries, problems } = await perform(engine, true);
    assert.equal(engine.runs.length, 2);
    assert.deepEqual([declared?.version, retries, problems], [1, { EngineStopped: 1 }, []]);
  });

  it("are a problem where no kill does, and where the failure is none that may pass", async () => {
    assert.deepEqual((await perform(engineWith(stopped), false)).problems, [
      "create of a failed: EngineStopped: gone",
    ]);
    assert.deepEqual((await perform(engineWith(new EngineError("a bug")), true)).problems, [
      "create of a failed: EngineError: a bug",
    ]);
  });

  it("are a problem where what had served the API was away for a while", async () => {
    const tally = new Tally();
    const stack = new SoakStack("a");
    const engine = engineWith("u1", "u1", "u2");
    // The first creates, and the others leave it unchanged.
    const unchanged = (): number => (stack.exists ? 0.5 : 0.1);
    const performer = new Performer(engine, { couldHit: () => false }, unchanged, tally);
    for (let run = 0; run < 3; run += 1) await performer.next(stack);
    assert.deepEqual(tally.works, { create: 1, unchanged: 2 });
    assert.deepEqual(tally.problems, ["unchanged of a: what had served it was away for a while"]);
  });

  it("that are made to fail have to, for their own reason", async () => {
    const rejected = new TransientError("Rejected", "no");
    const { declared, exists, faults, problems } = await perform(engineWith(rejected), false, refused);
    assert.deepEqual([declared, exists, faults, problems], [undefined, true, { refused: 1 }, []]);
    assert.deepEqual((await perform(engineWith(), false, refused)).problems, [
      "create (refused) of a was to fail, and succeeded",
    ]);
  });

  it("have the API server refuse them by a port that there is not", async () => {
    const engine = engineWith(new TransientError("Rejected", "no"));
    await perform(engine, false, refused);
    const { input } = engine.runs[0]!;
    assert.equal("api" in input && input.api.port, -1);
  });
});
