import assert from "node:assert/strict";
import * as fc from "fast-check";
import { WorkQueue } from "../../watcher/queue";
import { settled, useClock } from "../support/clock";

/** A worker whose keys stay in hand until a test lets them go. */
class Hands {
  /** Keys in the order they were taken. */
  readonly taken: string[] = [];
  private readonly letGo = new Map<string, (delay: number | undefined) => void>();

  readonly work = (key: string): Promise<number | undefined> => {
    assert.ok(!this.letGo.has(key), `${key} is in two hands`);
    this.taken.push(key);
    return new Promise((resolve) => this.letGo.set(key, resolve));
  };

  get inHand(): readonly string[] {
    return [...this.letGo.keys()];
  }

  async finish(key: string, delay?: number): Promise<void> {
    const resolve = this.letGo.get(key);
    this.letGo.delete(key);
    resolve?.(delay);
    await settled();
  }
}

describe("WorkQueue", () => {
  const clock = useClock();
  let hands: Hands;

  beforeEach(() => {
    hands = new Hands();
  });

  const queueOf = (concurrency: number) => new WorkQueue<string>(hands.work, concurrency);

  it("has a key worked on at once while a worker is free", () => {
    const queue = queueOf(2);
    queue.add("a");

    assert.deepEqual(hands.inHand, ["a"]);
    assert.equal(queue.depth, 0);
  });

  it("lets a bounded number of keys be worked on, the others in order of arrival", async () => {
    const queue = queueOf(2);
    for (const key of ["a", "b", "c", "d"]) queue.add(key);

    assert.deepEqual(hands.inHand, ["a", "b"]);
    assert.equal(queue.depth, 2);
    await hands.finish("b");
    assert.deepEqual(hands.inHand, ["a", "c"]);
    await hands.finish("c");
    assert.deepEqual(hands.inHand, ["a", "d"]);
  });

  it("keeps a key that waits just once", async () => {
    const queue = queueOf(1);
    for (const key of ["a", "b", "b", "b"]) queue.add(key);

    await hands.finish("a");
    await hands.finish("b");

    assert.deepEqual(hands.taken, ["a", "b"]);
  });

  it("has a key worked on once more when it changed in a worker's hands", async () => {
    const queue = queueOf(2);
    queue.add("a");
    queue.add("a");
    queue.add("a");
    assert.deepEqual(hands.taken, ["a"]);

    await hands.finish("a");
    assert.deepEqual(hands.taken, ["a", "a"]);
    await hands.finish("a");

    assert.deepEqual(hands.taken, ["a", "a"]);
  });

  it("has a key worked on again after the delay its worker asks for, not before", async () => {
    const queue = queueOf(1);
    queue.add("a");
    await hands.finish("a", 1000);

    await clock.advance(999);
    assert.deepEqual(hands.taken, ["a"]);
    await clock.advance(1);
    assert.deepEqual(hands.taken, ["a", "a"]);
  });

  it("does not delay a key that changed in a worker's hands", async () => {
    const queue = queueOf(1);
    queue.add("a");
    queue.add("a");

    await hands.finish("a", 1000);

    assert.deepEqual(hands.taken, ["a", "a"]);
  });

  it("keeps the earliest of several delays", async () => {
    const queue = queueOf(1);
    queue.addAfter("a", 1000);
    queue.addAfter("a", 500);
    queue.addAfter("a", 2000);

    await clock.advance(500);
    assert.deepEqual(hands.taken, ["a"]);
    await hands.finish("a");
    await clock.advance(5000);
    assert.deepEqual(hands.taken, ["a"]);
  });

  it("drops a delay when the key is added at once", async () => {
    const queue = queueOf(1);
    queue.addAfter("a", 1000);
    queue.add("a");
    await hands.finish("a");

    await clock.advance(1000);

    assert.deepEqual(hands.taken, ["a"]);
  });

  it("closes when the last worker is done, and forgets what waits", async () => {
    const queue = queueOf(1);
    queue.add("a");
    queue.add("a");
    queue.add("b");
    queue.addAfter("c", 10);
    let closed = false;
    const closing = queue.close().then(() => {
      closed = true;
    });
    queue.add("d");
    queue.addAfter("e", 10);
    await clock.advance(10);
    assert.equal(closed, false);

    await hands.finish("a", 10);
    await closing;
    await clock.advance(10);

    assert.deepEqual(hands.taken, ["a"]);
  });

  it("closes at once when nothing is in hand", async () => {
    await queueOf(1).close();
    assert.deepEqual(hands.taken, []);
  });

  it("works on the last change of every key, with no key in two hands, whatever the order", async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant("add" as const), key: fc.constantFrom("a", "b", "c", "d") }),
      fc.record({ do: fc.constant("finish" as const), key: fc.constantFrom("a", "b", "c", "d") }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 1, max: 3 }),
        async (steps, limit) => {
          hands = new Hands();
          const queue = queueOf(limit);
          const changed = new Set<string>();
          for (const { do: action, key } of steps) {
            if (action === "add") {
              const before = hands.taken.length;
              queue.add(key);
              if (!hands.taken.slice(before).includes(key)) changed.add(key);
            } else if (hands.inHand.includes(key)) {
              await finish(key);
            }
            assert.ok(hands.inHand.length <= limit);
          }
          while (hands.inHand.length > 0) await finish(hands.inHand[0]!);
          assert.deepEqual([...changed], []);

          async function finish(key: string): Promise<void> {
            const before = hands.taken.length;
            await hands.finish(key);
            for (const taken of hands.taken.slice(before)) changed.delete(taken);
          }
        },
      ),
    );
  });
});
