import assert from "node:assert/strict";
import { Cluster, NAMESPACE } from "./support/cluster";
import { apiStatusOf, hasStack, routeOf, untilApplied, untilGone } from "./support/expect";

describe("A cluster that has the older kind API", function () {
  this.timeout(120_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start({ legacyApiKind: true });
    await cluster.startWatcher().ready();
  });

  after(async () => {
    await cluster.stop();
  });

  it("has its APIs served and removed like any other", async () => {
    await cluster.create({
      apiVersion: "oda.tmforum.org/v1beta2",
      kind: "API",
      metadata: { name: "old", namespace: NAMESPACE },
      spec: {
        name: "old",
        apitype: "openapi",
        specification: "https://example.org/old.json",
        implementation: "old-svc",
        path: "/old",
        port: 8080,
      },
    });
    const object = await untilApplied(cluster, "old", "/old", "API");
    assert.deepEqual(routeOf(await cluster.get("VirtualService", "old")), {
      hosts: ["*"],
      gateways: ["component-gateway"],
      prefix: "/old",
      destination: { host: "old-svc", port: { number: 8080 } },
    });
    assert.equal(apiStatusOf(object)["name"], "old");
    assert.ok(hasStack(cluster, "old", "oda-api-legacy"));

    await cluster.delete("API", "old");
    await untilGone(cluster, "API", "old");
    assert.equal(await cluster.get("VirtualService", "old"), undefined);
    assert.equal(hasStack(cluster, "old", "oda-api-legacy"), false);
  });
});
