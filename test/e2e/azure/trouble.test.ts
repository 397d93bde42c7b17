import assert from "node:assert/strict";
import { until } from "../../../dev/until";
import { type WatcherProcess } from "../../../dev/watcherProcess";
import { conflict, forbidden, throttled } from "../../support/azure/arm/faults";
import { Prober } from "../../engine/azure/prober";
import { untilApplied, untilCondition, untilGone } from "../support/expect";
import { AzureCluster } from "./installation";

const GATEWAY = "oda.tmforum.org/gateway";

describe("A watcher with Azure API Management", function () {
  this.timeout(180_000);
  let azure: AzureCluster;
  let watcher: WatcherProcess;

  before(async () => {
    azure = await AzureCluster.start();
    watcher = await azure.startWatcher();
  });
  after(() => azure.stop());
  afterEach(() => {
    azure.arm.faults.clear();
  });

  const remove = async (name: string): Promise<void> => {
    await azure.cluster.delete("ExposedAPI", name);
    await untilGone(azure.cluster, "ExposedAPI", name);
    assert.deepEqual(azure.arm.entities(), []);
  };

  for (const [what, fault, reason] of [
    ["throttles", throttled(0), "GatewayUnavailable"],
    ["has a change of another under way", conflict, "GatewayConflict"],
    ["denies it the role", forbidden, "GatewayUnauthorized"],
  ] as const) {
    it(`says ${reason} while Azure ${what}, and goes on by itself`, async () => {
      const name = `trouble-${reason.toLowerCase()}`;
      azure.arm.faults.plan(fault, { method: "PUT" });
      await azure.createApi(name, "azure-apim");
      await azure.giveAddress(name);

      await untilCondition(azure.cluster, name, "Reconciled", reason);

      azure.arm.faults.clear();
      await untilApplied(azure.cluster, name, `/${name}`);
      await remove(name);
    });
  }

  it("says what Key Vault does not have, while other gateways go on, and goes on when it has", async () => {
    const { cluster, vault } = azure;
    await watcher.stop();
    vault.secrets.delete("resource-group");
    watcher = await azure.startWatcher();
    await azure.createApi("keyless", "azure-apim");
    await azure.createApi("unbothered");

    await untilCondition(cluster, "keyless", "Reconciled", "GatewaySettingsUnknown");

    await untilApplied(cluster, "unbothered", "/unbothered");
    vault.secrets.set("resource-group", "canvas");
    await azure.giveAddress("keyless");
    await untilApplied(cluster, "keyless", "/keyless");
    await remove("keyless");
  });

  for (const [what, end, deleted] of [
    ["that is stopped serves an API", "stop", false],
    ["that is killed leaves nothing of an API that is deleted", "kill", true],
  ] as const) {
    it(`${what} whose run was cut off while Azure was making it`, async () => {
      const { arm, cluster } = azure;
      const name = deleted ? "cut-and-deleted" : "cut-off";
      const release = arm.faults.hold({ method: "PUT", path: new RegExp(`^apis/${name}$`) });
      await azure.createApi(name, "azure-apim");
      await azure.giveAddress(name);
      await until("Azure is told of the API", () => arm.faults.waiting > 0);
      await watcher[end]();
      release();
      await until("Azure has made it", () => arm.entities().includes(`apis/${name}`));
      if (deleted) await cluster.delete("ExposedAPI", name);

      watcher = await azure.startWatcher();

      if (deleted) await untilGone(cluster, "ExposedAPI", name);
      else await untilApplied(cluster, name, `/${name}`);
      if (!deleted) await remove(name);
      assert.deepEqual(arm.entities(), []);
    });
  }

  it("moves an API from Istio to Azure and back, and one of both serves it all the time", async () => {
    const { cluster, arm } = azure;
    await azure.createApi("moving");
    await untilApplied(cluster, "moving", "/moving");
    const prober = new Prober(cluster.clients.objects, "moving", `${arm.gatewayUrl}/moving/category`);

    await azure.annotate("moving", { [GATEWAY]: "azure-apim" });
    await azure.giveAddress("moving");
    await until("Azure alone serves it", async () => {
      const { istio, azure: inAzure } = await prober.look();
      return inAzure && !istio;
    });
    await until("the status tells of Azure", async () => {
      const object = await cluster.get("ExposedAPI", "moving");
      return object?.status?.["apimBind"] !== undefined;
    });
    await azure.annotate("moving", { [GATEWAY]: "istio" });
    await until("Istio alone serves it", async () => {
      const { istio, azure: inAzure } = await prober.look();
      return istio && !inAzure;
    });

    assert.deepEqual(await prober.gaps(), []);
    await until("the status does not tell of Azure", async () => {
      const object = await cluster.get("ExposedAPI", "moving");
      return object?.status?.["apimBind"] === undefined;
    });
    assert.deepEqual(arm.entities(), []);
    assert.equal(await cluster.get("Ingress", "apim-api-ingress-moving"), undefined);
  });
});
