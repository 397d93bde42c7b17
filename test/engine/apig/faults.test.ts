// What becomes of a run while the WhaleCloud API gateway has trouble, and of the next when that is over.
import assert from "node:assert/strict";
import { TransientError, type TransientReason } from "../../../stack";
import { type Fault } from "../../support/apig/fakeApig";
import { describeWithEngines } from "./suite";

async function failureOf(run: Promise<unknown>): Promise<TransientError> {
  const error = await run.then(
    () => assert.fail("the run succeeded"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof TransientError, String(error));
  return error;
}

/** What goes wrong, what the run is told to have failed for, and in which words. */
const troubles: readonly (readonly [string, Fault, TransientReason, RegExp])[] = [
  [
    "the gateway refuses",
    { answer: { body: { res_code: "1001", res_message: "Unauthorized\nwords" } } },
    "GatewayRejected",
    /refused to (bind|remove) \S+: res_code 1001: Unauthorized words/,
  ],
  [
    "the gateway wants credentials",
    { answer: { status: 401, body: "who?" } },
    "GatewayUnauthorized",
    /denied access: HTTP status 401: who\?/,
  ],
  [
    "the gateway is busy",
    { answer: { status: 503, headers: { "retry-after": "90" }, body: "" } },
    "GatewayUnavailable",
    /is unavailable: HTTP status 503, to be asked again after 90 s/,
  ],
  ["the gateway fails", { answer: { status: 500, body: "oops" } }, "GatewayUnavailable", /HTTP status 500/],
  [
    "the gateway fails after it has done it",
    { answer: { status: 500, body: "oops" }, done: true },
    "GatewayUnavailable",
    /HTTP status 500/,
  ],
  [
    "the connection is cut",
    { answer: "cut" },
    "GatewayUnavailable",
    /the connection ended before the answer did/,
  ],
  [
    "the connection is cut after it was done",
    { answer: "cut", done: true },
    "GatewayUnavailable",
    /the connection ended before the answer did/,
  ],
  ["there is no answer", { answer: "nothing", done: true }, "GatewayUnavailable", /no answer within 0\.3 s/],
  [
    "the answer is no JSON",
    { answer: { body: "OK" }, done: true },
    "GatewayUnavailable",
    /no JSON with a res_code/,
  ],
  [
    "the answer is too long",
    { answer: { body: "x".repeat(200_000) }, done: true },
    "GatewayUnavailable",
    /its answer has more than 65536 bytes/,
  ],
];

const impatient = { gateway: { timeout: 0.3 } };

/** The engines differ in how they hand on what the provider says, not in what it says: a few show it. */
const ofCli: readonly string[] = [
  "the gateway refuses",
  "the gateway wants credentials",
  "the connection is cut after it was done",
];

const failing: Fault = { answer: { status: 500, body: "oops" } };

describeWithEngines("A run of an API behind the WhaleCloud API gateway", (world, used) => {
  for (const refresh of [false, true]) {
    const how = refresh ? "refreshes" : "does not refresh";

    it(`asks the gateway again and again while it fails to bind a new API, where it ${how}`, async () => {
      const { engine, fake } = world();
      const name = `failing-${refresh}`;
      fake.fail(failing, failing, failing);
      for (const asked of [1, 2, 3]) {
        const failure = await failureOf(engine.up(name, {}, refresh));
        assert.equal(failure.reason, "GatewayUnavailable");
        assert.equal(fake.requests.length, asked);
      }
      const { binding } = await engine.up(name, {}, refresh);
      assert.deepEqual(binding?.value["response"], { res_code: "0000", res_message: "success" });
      assert.equal(fake.bound.length, 1);
      await engine.up(name, {}, refresh);
      assert.equal(fake.requests.length, 4);
      await engine.destroy(name);
    });

    it(`asks it again where it has failed to remove what was bound, where it ${how}`, async () => {
      const { engine, fake } = world();
      const name = `leaving-${refresh}`;
      const moved = { spec: { path: `/elsewhere-${refresh}` } };
      await engine.up(name);
      fake.fail({ ...failing, of: "unbind" }, { ...failing, of: "unbind" });
      for (const unbinding of [1, 2]) {
        await failureOf(engine.up(name, moved, refresh));
        assert.equal(fake.asked.filter((asked) => asked === `unbind /${name}`).length, unbinding);
      }
      await engine.up(name, moved, refresh);
      assert.deepEqual(
        fake.bound.map(({ path }) => path),
        [`/elsewhere-${refresh}`],
      );
      await engine.destroy(name);
    });
  }

  for (const [index, [what, fault, reason, words]] of troubles.entries()) {
    if (used === "cli" && !ofCli.includes(what)) continue;

    it(`fails where ${what}, in the gateway's words, and the next binds the API once`, async () => {
      const { engine, fake } = world();
      const name = `bound-${index}`;
      fake.fail(fault);
      const failure = await failureOf(engine.up(name, impatient));
      assert.equal(failure.reason, reason);
      assert.match(failure.message, words);

      const { binding } = await engine.up(name, impatient);
      assert.equal(binding?.field, "apigBind");
      assert.equal(fake.bound.length, 1);
      await engine.destroy(name);
      assert.deepEqual(fake.bound, []);
    });

    it(`leaves nothing bound where ${what} and the API is deleted then`, async () => {
      const { engine, fake } = world();
      const name = `given-up-${index}`;
      fake.fail(fault);
      await failureOf(engine.up(name, impatient));
      await engine.destroy(name);
      assert.deepEqual(fake.bound, []);
    });

    it(`keeps the API where ${what} as it is deleted, and the next deletion leaves nothing`, async () => {
      const { engine, fake } = world();
      const name = `deleted-${index}`;
      await engine.up(name, impatient);
      fake.fail(fault);
      const failure = await failureOf(engine.destroy(name));
      assert.equal(failure.reason, reason);
      assert.match(failure.message, words);
      assert.ok(engine.state(name).includes("ApiRegistration"));

      await engine.destroy(name);
      assert.deepEqual(fake.bound, []);
    });

    it(`has the API under its new path alone where ${what} while it moves, after the next`, async () => {
      const { engine, fake } = world();
      const name = `moving-${index}`;
      const there = { ...impatient, spec: { path: "/there" } };
      await engine.up(name, impatient);
      fake.fail({ ...fault, of: index % 2 === 0 ? "bind" : "unbind" });
      await failureOf(engine.up(name, there));
      assert.ok(fake.bound.length > 0);
      await engine.up(name, there);
      assert.deepEqual(
        fake.bound.map(({ path }) => path),
        ["/there"],
      );
      await engine.destroy(name);
      assert.deepEqual(fake.bound, []);
    });
  }

  it("fails where nothing listens, and keeps an API that is to be deleted", async () => {
    const { engine, fake } = world();
    await engine.up("away");
    await fake.stop();
    const failure = await failureOf(engine.destroy("away"));
    assert.equal(failure.reason, "GatewayUnavailable");
    assert.match(failure.message, /is unavailable: connect ECONNREFUSED/);
    assert.ok(engine.state("away").includes("ApiRegistration"));
  });

  it("goes on by itself where the gateway is busy for a moment", async () => {
    const { engine, fake } = world();
    fake.fail({ answer: { status: 429, headers: { "retry-after": "0" }, body: "" } });
    await engine.up("patient");
    assert.equal(fake.requests.length, 2);
    await engine.destroy("patient");
  });

  it("takes the gateway's word that there is nothing to remove", async () => {
    const { engine, fake } = world();
    await engine.up("gone");
    fake.fail({ answer: { body: { res_code: "0404", res_message: "API gone does not exist" } } });
    await engine.destroy("gone");
    assert.deepEqual(fake.asked, ["bind /gone", "unbind /gone"]);
  });
});
