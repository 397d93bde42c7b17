import assert from "node:assert/strict";
import { PartlyDone } from "../../provider/errors";
import { Gateway } from "../../provider/gateway";
import { type ApiSpec, type RegistrationState } from "../../provider/model";
import { create, remove, update } from "../../provider/registrations";
import { FakeApig, type Fault, type Key } from "../support/apig/fakeApig";

const shop: ApiSpec = {
  path: "/shop/v4",
  name: "r1-shop",
  specification: "https://example.com/shop.json",
  implementation: "shop-svc",
  port: 8080,
};
const moved: ApiSpec = { ...shop, path: "/store/v4" };

const keys: readonly Key[] = ["path", "name", "path and name"];

/** Faults after which nobody knows what was done. */
const uncertain: readonly (readonly [string, Fault])[] = [
  ["the connection ends before it is done", { answer: "cut" }],
  ["the connection ends after it is done", { answer: "cut", done: true }],
  ["it fails before it is done", { answer: { status: 500, body: "" } }],
  ["it fails after it is done", { answer: { status: 500, body: "" }, done: true }],
  ["a proxy says that it is not there after it is done", { answer: { status: 503, body: "" }, done: true }],
  ["a proxy refuses its answer after it is done", { answer: { status: 400, body: "" }, done: true }],
  ["its answer is no JSON", { answer: { body: "OK" }, done: true }],
];

const refused: Fault = { answer: { body: { res_code: "1001", res_message: "not now" } } };

describe("A registration at the WhaleCloud API gateway", () => {
  let fake: FakeApig;

  afterEach(() => fake.stop());

  async function start(key: Key = "path"): Promise<Gateway> {
    fake = await FakeApig.start(key);
    const access = { endpoint: fake.endpoint, timeout: 5, absentCodes: [] };
    return new Gateway(access, new AbortController().signal, { tries: 1, between: 1, longest: 1 });
  }

  /** The state after some work, whether it has failed or not; undefined where it failed and the state is as before. */
  async function stateAfter(work: Promise<RegistrationState>): Promise<RegistrationState | undefined> {
    return work.catch((error: unknown) =>
      error instanceof PartlyDone ? (error.state as RegistrationState) : undefined,
    );
  }

  it("keeps what the gateway was told, and its answer", async () => {
    const gateway = await start();
    assert.deepEqual(await create(gateway, shop), {
      spec: shop,
      response: { res_code: "0000", res_message: "success" },
      stale: [],
    });
  });

  it("is none where the gateway refuses it or is too busy to read it", async () => {
    const gateway = await start();
    fake.fail(refused, { answer: { status: 429, body: "" } });
    assert.equal(await stateAfter(create(gateway, shop)), undefined);
    assert.equal(await stateAfter(create(gateway, shop)), undefined);
    assert.deepEqual(fake.bound, []);
  });

  describe("of a mock", () => {
    const mock = { ...shop, mock: true };

    it("is told to nobody, and says so", async () => {
      const gateway = await start();
      const state = await update(gateway, await create(gateway, mock), { ...moved, mock: true });
      const response = { res_code: "0000", res_message: "a mock: the gateway was not asked" };
      assert.deepEqual(state, { spec: moved, response, stale: [], mock: true });
      await remove(gateway, state);
      assert.deepEqual(fake.requests, []);
    });

    it("has what was bound before it was one removed when it goes", async () => {
      const gateway = await start();
      const bound = await create(gateway, shop);
      const state = await update(gateway, await update(gateway, bound, mock), { ...moved, mock: true });
      assert.deepEqual(fake.bound, [shop]);
      await remove(gateway, state);
      assert.deepEqual(fake.bound, []);
    });

    it("is bound when it is one no more, and what was bound before it was one goes", async () => {
      const gateway = await start();
      const state = await update(gateway, await create(gateway, shop), { ...moved, mock: true });
      const after = await update(gateway, state, moved);
      assert.deepEqual(fake.bound, [moved]);
      assert.deepEqual(after.stale, []);
      assert.equal(after.mock, undefined);
    });
  });

  for (const [how, fault] of uncertain) {
    it(`is kept where ${how}, so that its removal is not forgotten`, async () => {
      const gateway = await start();
      fake.fail(fault);
      const state = await stateAfter(create(gateway, shop));
      assert.deepEqual(state, { spec: shop, stale: [] });
      await remove(gateway, state);
      assert.deepEqual(fake.bound, []);
    });
  }

  it("is told of other values by the same request, and nothing is removed", async () => {
    const gateway = await start();
    const state = await update(gateway, await create(gateway, shop), { ...shop, port: 9090 });
    assert.deepEqual(fake.asked, ["bind /shop/v4", "bind /shop/v4"]);
    assert.deepEqual(fake.bound, [{ ...shop, port: 9090 }]);
    assert.deepEqual(state.stale, []);
  });

  for (const key of keys) {
    describe(`that tells APIs apart by ${key}`, () => {
      it("has an API under its new path alone in the end", async () => {
        const gateway = await start(key);
        const state = await update(gateway, await create(gateway, shop), moved);
        assert.deepEqual(fake.bound, [moved]);
        assert.deepEqual(state.spec, moved);
        assert.deepEqual(state.stale, []);
      });

      it("has nothing left of it once it is removed", async () => {
        const gateway = await start(key);
        await remove(gateway, await update(gateway, await create(gateway, shop), moved));
        assert.deepEqual(fake.bound, []);
      });

      for (const [how, fault] of [...uncertain, ["it refuses", refused] as const]) {
        for (const at of [0, 1, 2]) {
          it(`comes right with the next try where ${how} in step ${at + 1} of a move`, async () => {
            const gateway = await start(key);
            const before = await create(gateway, shop);
            fake.fail(...failingAt(at, fault));
            const state = await stateAfter(update(gateway, before, moved));
            const after = await update(gateway, state ?? before, moved);
            assert.deepEqual(fake.bound, [moved]);
            assert.deepEqual(after.stale, []);
          });

          it(`leaves nothing behind where ${how} in step ${at + 1} of a move and it is removed then`, async () => {
            const gateway = await start(key);
            const before = await create(gateway, shop);
            fake.fail(...failingAt(at, fault));
            const state = await stateAfter(update(gateway, before, moved));
            await remove(gateway, state ?? before);
            assert.deepEqual(fake.bound, []);
          });
        }
      }
    });
  }

  it("is served under one of its paths at any time while it moves", async () => {
    const gateway = await start();
    await update(gateway, await create(gateway, shop), moved);
    assert.deepEqual(
      fake.requests.map(({ paths }) => paths),
      [["/shop/v4"], ["/shop/v4", "/store/v4"], ["/store/v4"], ["/store/v4"]],
    );
  });

  it("does not remove the path to which it moves back", async () => {
    const gateway = await start();
    const before = await create(gateway, shop);
    fake.fail({ answer: "cut", of: "unbind" });
    const state = await stateAfter(update(gateway, before, moved));
    assert.deepEqual(state?.stale, [shop]);
    await update(gateway, state, shop);
    assert.deepEqual(fake.bound, [shop]);
  });
});

/** Has one of the three requests of a move fail: the first, its removal, or the last. */
function failingAt(step: number, fault: Fault): readonly Fault[] {
  const fine: Fault = { done: true, answer: { body: { res_code: "0000" } }, of: "bind" };
  if (step === 0) return [{ ...fault, of: "bind" }];
  if (step === 1) return [{ ...fault, of: "unbind" }];
  return [fine, { ...fault, of: "bind" }];
}
