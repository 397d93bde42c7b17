// What becomes of a run while Azure has trouble, and of the next when that is over.
import assert from "node:assert/strict";
import { TransientError, type TransientReason } from "../../../stack";
import * as faults from "../../support/azure/arm/faults";
import { type Fault, type Which } from "../../support/azure/arm/faults";
import { behindAzure } from "./exposures";
import { describeWithEngines } from "./suite";

async function reasonOf(run: Promise<unknown>): Promise<TransientReason> {
  const error = await run.then(
    () => assert.fail("the run succeeded"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TransientError, String(error));
  return error.reason;
}

/** What goes wrong, with which requests, and what the run is told to have failed for. */
const troubles: readonly (readonly [string, Fault, Which, TransientReason])[] = [
  ["throttled for good", faults.throttled(0), { method: "PUT" }, "GatewayUnavailable"],
  ["an internal error", faults.internalError, { method: "PUT" }, "GatewayUnavailable"],
  ["a service that is away", faults.unavailable, {}, "GatewayUnavailable"],
  ["connections that are cut", { cut: "before" }, { method: "PUT" }, "GatewayUnavailable"],
  [
    "an import that fails after it was accepted",
    { accepted: "fails" },
    { method: "PUT", path: /^apis\/[^/]+$/ },
    "GatewayUnavailable",
  ],
  ["a change of another that is under way", faults.conflict, { method: "PUT" }, "GatewayConflict"],
  ["a version that is not the one expected", faults.preconditionFailed, { method: "PUT" }, "GatewayConflict"],
  ["a role that is missing", faults.forbidden, { method: "PUT" }, "GatewayUnauthorized"],
  ["a token that has expired", faults.unauthorized, {}, "GatewayUnauthorized"],
  ["an answer of 404", faults.notFound, { method: "PUT" }, "GatewayRejected"],
];

describeWithEngines("A run of an API behind Azure API Management", (world) => {
  for (const [index, [what, fault, which, reason]] of troubles.entries()) {
    it(`fails for ${what} as ${reason}, and its repetition succeeds`, async () => {
      const { arm, engine } = world();
      const name = `trouble-${index}`;
      arm.faults.plan(fault, which);

      assert.equal(await reasonOf(engine.up(name, behindAzure(arm))), reason);

      arm.faults.clear();
      await engine.up(name, behindAzure(arm));
      assert.equal((await fetch(`${arm.gatewayUrl}/${name}/x`)).status, 200);
      await engine.destroy(name);
      assert.deepEqual(arm.entities(), []);
    });
  }

  it("goes on by itself after what passes soon: throttled once, an error, a connection that was cut", async () => {
    const { arm, engine } = world();
    for (const fault of [faults.throttled(1), faults.unavailable, { cut: "before" } as const]) {
      arm.faults.plan(fault, { method: "PUT" }, 1);
    }

    await engine.up("patient", behindAzure(arm));

    await engine.destroy("patient");
    assert.deepEqual(arm.entities(), []);
  });

  it("keeps what was made when the answer to it was lost once", async () => {
    const { arm, engine } = world();
    arm.faults.plan({ cut: "after" }, { method: "PUT", path: /^backends\// }, 1);

    await engine.up("lost-once", behindAzure(arm));

    await engine.destroy("lost-once");
    assert.deepEqual(arm.entities(), []);
  });

  it("does not take an entity over that is there already, and says which one it is", async () => {
    const { arm, engine } = world();
    arm.edit("backends/squatted", { url: "https://theirs.example.org", protocol: "http" });

    const error = await engine.up("squatted", behindAzure(arm)).catch((thrown: unknown) => thrown);

    assert.ok(error instanceof TransientError);
    assert.equal(error.reason, "GatewayConflict");
    assert.match(error.message, /resource 'backends\/squatted' of API Management/);
    assert.ok(!error.message.includes(arm.idOf("")), "not where the service is");
    assert.equal(arm.properties("backends/squatted")?.["url"], "https://theirs.example.org");
    arm.remove("backends/squatted");
    await engine.up("squatted", behindAzure(arm));
    await engine.destroy("squatted");
    assert.deepEqual(arm.entities(), []);
  });

  it("fails with GatewayRejected for a template that names no fragment, and serves on what it served", async () => {
    const { arm, engine } = world();
    await engine.up("templated", behindAzure(arm));

    assert.equal(
      await reasonOf(engine.up("templated", behindAzure(arm, { template: "nowhere" }))),
      "GatewayRejected",
    );

    assert.equal((await fetch(`${arm.gatewayUrl}/templated/x`)).status, 200);
    arm.edit("policyFragments/nowhere", { value: "<fragment/>" });
    await engine.up("templated", behindAzure(arm, { template: "nowhere" }));
    await engine.destroy("templated");
    arm.remove("policyFragments/nowhere");
    assert.deepEqual(arm.entities(), []);
  });

  it("that is to delete fails while the service is away, forgets nothing, and takes 404 for success", async () => {
    const { arm, engine } = world();
    await engine.up("leaving", behindAzure(arm));
    arm.faults.plan(faults.unavailable, { method: "DELETE" });

    assert.equal(await reasonOf(engine.destroy("leaving")), "GatewayUnavailable");

    assert.ok(arm.entities().includes("apis/leaving"));
    arm.faults.clear();
    for (const path of ["apis/leaving", "backends/leaving"]) arm.remove(path);
    arm.faults.plan(faults.notFound, { method: "DELETE" });
    await engine.destroy("leaving");
    assert.deepEqual(arm.entities(), []);
  });
});
