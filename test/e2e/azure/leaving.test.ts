import assert from "node:assert/strict";
import { until } from "../../../dev/until";
import { unavailable } from "../../support/azure/arm/faults";
import { apiStatusOf, conditionOf, untilApplied, untilCondition, untilGone } from "../support/expect";
import { AzureCluster } from "./installation";

const GATEWAY = "oda.tmforum.org/gateway";

describe("An API that leaves an Azure that is away", function () {
  this.timeout(180_000);
  let azure: AzureCluster;

  before(async () => {
    azure = await AzureCluster.start();
    await azure.startWatcher();
  });
  after(() => azure.stop());
  afterEach(() => {
    azure.arm.faults.clear();
  });

  /** Creates an API, waits until Azure serves it, and has Azure go away. */
  const strand = async (name: string): Promise<void> => {
    await azure.createApi(name, "azure-apim");
    await azure.giveAddress(name);
    await untilApplied(azure.cluster, name, `/${name}`);
    azure.arm.faults.plan(unavailable, {});
  };

  /** Has it moved to Istio, and waits until its status tells of Istio and of what could not be deleted. */
  const leave = async (name: string): Promise<void> => {
    const { cluster } = azure;
    await azure.annotate(name, { [GATEWAY]: "istio" });
    const object = await until("the status tells of Istio", async () => {
      const seen = await cluster.get("ExposedAPI", name);
      const { gateway } = (seen?.status?.["stack"] ?? {}) as { readonly gateway?: string };
      return gateway === "istio" ? seen : undefined;
    });
    const { reason, message } = conditionOf(object, "Reconciled") ?? {};
    assert.equal(reason, "GatewayUnavailable");
    assert.match(
      message ?? "",
      /^all that is asked for is there; what is not any more cannot be deleted yet: /,
    );
    assert.doesNotMatch(String(apiStatusOf(object)["url"]), /azure-api|127\.0\.0\.1/);
    assert.equal(object.status?.["apimBind"], undefined);
    const route = await cluster.get("VirtualService", name);
    assert.equal(apiStatusOf(object)["uid"], route?.metadata.uid);
  };

  const endWell = async (name: string, path: string): Promise<void> => {
    azure.arm.faults.clear();
    await untilApplied(azure.cluster, name, path);
    assert.deepEqual(azure.arm.entities(), []);
    await azure.cluster.delete("ExposedAPI", name);
    await untilGone(azure.cluster, "ExposedAPI", name);
  };

  it("is served by Istio at once, says what is left, and has that deleted when Azure is back", async () => {
    await strand("leaving");
    await leave("leaving");
    await endWell("leaving", "/leaving");
  });

  it("is so after a change that Azure did not take, and can be changed meanwhile", async () => {
    const { cluster } = azure;
    await strand("changed");
    await cluster.patch("ExposedAPI", "changed", { spec: { path: "/changed-2" } });
    await untilCondition(cluster, "changed", "Reconciled", "GatewayUnavailable");
    await leave("changed");

    await cluster.patch("ExposedAPI", "changed", { spec: { path: "/changed-3" } });
    await until("the new path is told", async () => {
      const object = await cluster.get("ExposedAPI", "changed");
      return object !== undefined && String(apiStatusOf(object)["url"]).endsWith("/changed-3");
    });
    await endWell("changed", "/changed-3");
  });
});
