import assert from "node:assert/strict";
import { Cluster, NAMESPACE } from "./support/cluster";
import {
  apiStatusOf,
  conditionOf,
  hasStack,
  routeOf,
  untilApplied,
  untilCondition,
  untilGone,
} from "./support/expect";
import { exposedApi } from "./support/manifests";

describe("A cluster that has the older kind API", function () {
  this.timeout(120_000);
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start({ legacyApiKind: "beside" });
    await cluster.startWatcher().ready();
  });

  after(async () => {
    await cluster.stop();
  });

  const legacyApi = (name: string, path: string): Record<string, unknown> => ({
    apiVersion: "oda.tmforum.org/v1beta2",
    kind: "API",
    metadata: { name, namespace: NAMESPACE },
    spec: {
      name,
      apitype: "openapi",
      specification: `https://example.org/${name}.json`,
      implementation: `${name}-svc`,
      path,
      port: 8080,
    },
  });

  it("has its APIs served and removed like any other", async () => {
    await cluster.create(legacyApi("old", "/old"));
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

  it("does not let one take the route of an ExposedAPI of its name, which goes on being served", async () => {
    await cluster.create(exposedApi("twin"));
    await untilApplied(cluster, "twin", "/twin/v4");
    const route = routeOf(await cluster.get("VirtualService", "twin"));
    await cluster.create(legacyApi("twin", "/elsewhere"));
    const second = await untilCondition(cluster, "twin", "Reconciled", "FieldConflict", "API");
    assert.match(
      conditionOf(second, "Reconciled")?.message ?? "",
      /^VirtualService twin is not this API's: spec\.http is held by oda-api; /,
    );
    assert.deepEqual(routeOf(await cluster.get("VirtualService", "twin")), route);

    await cluster.delete("API", "twin");
    await untilGone(cluster, "API", "twin");
    assert.deepEqual(routeOf(await cluster.get("VirtualService", "twin")), route);
  });
});
