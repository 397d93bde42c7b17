import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { createServer, type ClientRequest } from "node:http";
import { type AddressInfo } from "node:net";
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

  describe("of a link to a product", () => {
    const LINK = "products/gold/apiLinks/gold-catalog";

    function linked(mark: string): void {
      made(mark);
      arm.edit("products/gold", { displayName: "gold", description: MARK });
      arm.edit(LINK, { apiId: arm.idOf("apis/catalog") });
    }

    it("goes where the API that it names bears the mark", async () => {
      linked(MARK);

      assert.deepEqual(await leftOvers.remove(settings, [LINK], MARK), [LINK]);
      assert.deepEqual(arm.sent("DELETE"), [`DELETE ${LINK}`]);
    });

    it("stays where another API bears it, whatever the product's description says", async () => {
      linked("Made for ExposedAPI with uid 2");

      assert.deepEqual(await leftOvers.remove(settings, [LINK], MARK), []);
      assert.deepEqual(arm.sent("DELETE"), []);
    });
  });

  it("says of every entity that it deletes which state of it, or that it may be any", async () => {
    const tags: unknown[] = [];
    const note = (message: unknown): void => {
      const { request } = message as { readonly request: ClientRequest };
      if (request.method === "DELETE") tags.push(request.getHeader("if-match"));
    };
    made(MARK);
    const tag = arm.etag("apis/catalog");
    subscribe("http.client.request.start", note);
    await leftOvers.remove(settings, ["apis/catalog/policies/policy", "apis/catalog"], MARK);
    unsubscribe("http.client.request.start", note);

    assert.deepEqual(tags, ["*", tag]);
  });

  it("repeats nothing of an answer that is no JSON", async () => {
    const proxy = createServer((_request, response) => response.end("<html>secret</html>"));
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const asking = new LeftOvers({ endpoint: `http://127.0.0.1:${port}`, allowInsecure: true });

    await assert.rejects(asking.remove(settings, ["apis/catalog"], MARK), {
      reason: "GatewayUnavailable",
      message:
        "apis/catalog of API Management canvas-apim cannot be deleted: Azure Resource Manager answered with something else than JSON",
    });
    proxy.closeAllConnections();
    proxy.close();
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
