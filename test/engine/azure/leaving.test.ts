// What is gone from a gateway last, where that cannot be: an API that leaves an Azure that is away.
import assert from "node:assert/strict";
import { outputsOf, TransientError } from "../../../stack";
import * as faults from "../../support/azure/arm/faults";
import { behindAzure, behindIstio } from "./exposures";
import { describeWithEngines } from "./suite";

const failure = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => assert.fail("the run succeeded"),
    (error: unknown) => error,
  );

describeWithEngines("An API that leaves Azure API Management", (world) => {
  it("has its route where only what it leaves cannot be deleted, and its outputs are with the error", async () => {
    const { arm, engine } = world();
    await engine.up("leaving", behindAzure(arm));
    arm.faults.plan(faults.unavailable, {});

    const error = await failure(engine.up("leaving", behindIstio));

    assert.ok(error instanceof TransientError, String(error));
    assert.equal(error.reason, "GatewayUnavailable");
    const { uid, versions = {} } = outputsOf(error) ?? {};
    assert.match(uid ?? "", /^[0-9a-f-]{36}$/);
    assert.ok(
      Object.keys(versions).some((id) => id.includes("VirtualService")),
      JSON.stringify(versions),
    );

    arm.faults.clear();
    await engine.up("leaving", behindIstio);
    assert.deepEqual(arm.entities(), []);
    await engine.destroy("leaving");
  });

  it("has no outputs where it could not be told of the change", async () => {
    const { arm, engine } = world();
    await engine.up("staying", behindAzure(arm));
    arm.faults.plan(faults.unavailable, {});

    assert.equal(outputsOf(await failure(engine.up("staying", behindIstio, { refresh: true }))), undefined);
    const changed = behindAzure(arm, { path: "/changed" });
    assert.equal(outputsOf(await failure(engine.up("staying", changed))), undefined);

    arm.faults.clear();
    await engine.destroy("staying");
    assert.deepEqual(arm.entities(), []);
  });
});
