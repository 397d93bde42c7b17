import assert from "node:assert/strict";
import { TransientError } from "../../../stack";
import { LeftOvers } from "../../../stack/azure/leftOvers";
import { conflict, unavailable } from "../../support/azure/arm/faults";
import { eventually } from "../../support/eventually";
import { FakeArm, PLACE } from "../../support/azure/fakeArm";
import { resolveSettings } from "../../../stack/azure/resolveSettings";
import { istio, whole } from "./examples";

const MARK = "Made for ExposedAPI with uid 1";
const settings = resolveSettings({ ...whole, ...PLACE }, {}, undefined, istio);
const IDS = ["apis/catalog", "backends/catalog", "apiVersionSets/catalog"];
const POLICY = "<policies><inbound/></policies>";

describe("LeftOvers", () => {
  let arm: FakeArm;
  let leftOvers: LeftOvers;

  beforeEach(async () => {
    arm = await FakeArm.start();
    leftOvers = new LeftOvers({
      endpoint: arm.url,
      allowInsecure: true,
      retryOptions: { maxRetries: 1, retryDelayInMs: 1 },
    });
  });
  afterEach(() => arm.stop());

  /** What a run for an object has made. */
  function made(mark: string): void {
    arm.edit("apiVersionSets/catalog", {
      displayName: "catalog",
      versioningScheme: "Segment",
      description: mark,
    });
    arm.edit("backends/catalog", { url: "http://203.0.113.9", protocol: "http", description: mark });
    arm.edit("apis/catalog", {
      path: "catalog",
      apiVersion: "v4",
      apiVersionSetId: arm.idOf("apiVersionSets/catalog"),
      apiRevisionDescription: mark,
    });
    arm.edit("apis/catalog/policies/policy", { value: POLICY });
  }

  it("deletes what bears the mark, in the order that is asked for", async () => {
    made(MARK);

    assert.deepEqual(await leftOvers.remove(settings, IDS, MARK), IDS);

    assert.deepEqual(arm.entities(), []);
    assert.deepEqual(
      arm.sent("DELETE"),
      IDS.map((id) => `DELETE ${id}`),
    );
  });

  it("leaves what was made for another object, or by somebody else", async () => {
    made("Made for ExposedAPI with uid 2");
    arm.edit("backends/catalog", { description: undefined });

    assert.deepEqual(await leftOvers.remove(settings, IDS, MARK), []);

    assert.deepEqual(arm.sent("DELETE"), []);
    assert.equal(arm.entities().length, 4);
  });

  it("deletes a part of an API alone where the API bears the mark", async () => {
    made(MARK);

    assert.deepEqual(await leftOvers.remove(settings, ["apis/catalog/policies/policy"], MARK), [
      "apis/catalog/policies/policy",
    ]);

    assert.ok(arm.entities().includes("apis/catalog"));
    assert.deepEqual(await leftOvers.remove(settings, ["apis/catalog/policies/policy"], "another"), []);
  });

  it("takes what is not there for done", async () => {
    assert.deepEqual(await leftOvers.remove(settings, IDS, MARK), []);
  });

  it("does not delete what somebody changes in between", async () => {
    made(MARK);
    const release = arm.faults.hold({ method: "DELETE" });
    const removal = leftOvers.remove(settings, ["apis/catalog"], MARK);
    await eventually("the entity is about to be deleted", () => arm.faults.waiting > 0);
    arm.edit("apis/catalog", { displayName: "theirs" });
    release();

    await assert.rejects(removal, { reason: "GatewayConflict" });
    assert.ok(arm.entities().includes("apis/catalog"));
  });

  for (const [fault, reason] of [
    [unavailable, "GatewayUnavailable"],
    [conflict, "GatewayConflict"],
  ] as const) {
    it(`says ${reason} and which entity it was`, async () => {
      made(MARK);
      arm.faults.plan(fault, { method: "DELETE" });

      const error = await leftOvers.remove(settings, IDS, MARK).catch((thrown: unknown) => thrown);

      assert.ok(error instanceof TransientError);
      assert.equal(error.reason, reason);
      assert.match(error.message, /^apis\/catalog of API Management canvas-apim cannot be deleted: /);
    });
  }
});
