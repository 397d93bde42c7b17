import assert from "node:assert/strict";
import { until } from "../../../dev/until";
import { type WatcherProcess } from "../../../dev/watcherProcess";
import { FakeArm, PLACE } from "../../support/azure/fakeArm";
import { ResourceManager } from "../../support/azure/resourceManager";
import { conditionOf, untilApplied, untilCondition } from "../support/expect";
import { AzureCluster, INGRESS_IP } from "./installation";
import { answers, MoveProber } from "./moveProber";

const OTHER = { ...PLACE, resourceGroup: "canvas-2", serviceName: "canvas-apim-2" };

describe("APIs in Azure, when the settings of the platform become others", function () {
  this.timeout(240_000);
  let azure: AzureCluster;
  let other: FakeArm;
  let manager: ResourceManager;
  let watcher: WatcherProcess;

  before(async () => {
    azure = await AzureCluster.start();
    other = await FakeArm.start(OTHER);
    manager = await ResourceManager.start(azure.arm, other);
    watcher = await start();
  });
  after(async () => {
    await azure.stop();
    await Promise.all([manager.stop(), other.stop()]);
  });
  afterEach(() => {
    azure.arm.faults.clear();
  });

  const start = (decided: object = {}): Promise<WatcherProcess> =>
    azure.startWatcher({
      FAKE_ARM_URL: manager.url,
      ODA_AZURE_ENDPOINT: manager.url,
      ...azure.platform({ azureApim: decided }),
    });
  const restart = async (decided: object = {}): Promise<void> => {
    await watcher.stop();
    watcher = await start(decided);
  };

  it("are served on by a watcher that starts while Key Vault is away, which says so", async () => {
    const { arm, cluster, vault } = azure;
    await azure.serve("kept");
    const written = arm.sent("PUT").length;
    await watcher.stop();
    await vault.close();
    watcher = await start();

    const object = await untilCondition(cluster, "kept", "Reconciled", "GatewaySettingsUnknown");

    assert.match(conditionOf(object, "Reconciled")?.message ?? "", /the last spec that could be applied is/);
    assert.equal(await azure.urlOf("kept"), "https://canvas-apim.azure-api.net/kept");
    await vault.open();
    await until(
      "Key Vault is asked again",
      async () => {
        const { status } = conditionOf(await cluster.get("ExposedAPI", "kept"), "Reconciled") ?? {};
        return status === "True";
      },
      90_000,
    );
    assert.equal(arm.sent("PUT").length, written);
    assert.deepEqual(arm.sent("DELETE"), []);
    assert.equal((await fetch(`${arm.gatewayUrl}/kept/category`)).status, 200);
  });

  it("move to another service that Key Vault names, and one of both serves them all the time", async () => {
    const { arm, cluster, vault } = azure;
    const prober = new MoveProber(
      answers(`${arm.gatewayUrl}/kept/category`),
      answers(`${other.gatewayUrl}/kept/category`),
    );
    vault.secrets.set("apim-service-name", OTHER.serviceName);
    vault.secrets.set("resource-group", OTHER.resourceGroup);
    await restart();

    await until("the other service alone serves the API", () => prober.isOver());

    assert.equal(await prober.gaps(), 0);
    await until("the status tells of the other service", async () => {
      return (await azure.urlOf("kept")) === "https://canvas-apim-2.azure-api.net/kept";
    });
    await untilApplied(cluster, "kept", "/kept");
    assert.deepEqual(arm.entities(), []);
    assert.deepEqual(
      await azure.cluster
        .eventReasons("kept")
        .then((all) => all.filter((one) => /Foreign|Elsewhere/.test(one))),
      [],
    );
    await azure.remove("kept");
    assert.deepEqual(other.entities(), []);
  });

  it("are told at the URL that serves them while another service does not answer", async () => {
    const { arm, cluster, vault } = azure;
    await azure.serve("faithful");
    arm.faults.plan({ answer: 503, code: "ServiceUnavailable", message: "The service is away." });
    vault.secrets.set("apim-service-name", PLACE.serviceName);
    vault.secrets.set("resource-group", PLACE.resourceGroup);
    await restart();

    await untilCondition(cluster, "faithful", "Reconciled", "GatewayUnavailable");

    assert.equal(await azure.urlOf("faithful"), "https://canvas-apim-2.azure-api.net/faithful");
    assert.equal((await fetch(`${other.gatewayUrl}/faithful/category`)).status, 200);
    arm.faults.clear();
    await until("the status tells of the service that answers now", async () => {
      return (await azure.urlOf("faithful")) === "https://canvas-apim.azure-api.net/faithful";
    });
    await untilApplied(cluster, "faithful", "/faithful");
    assert.deepEqual(other.entities(), []);
    await azure.remove("faithful");
    assert.deepEqual(arm.entities(), []);
  });

  it("stay there while another way into the cluster has no address yet", async () => {
    const { arm, cluster } = azure;
    await restart({ cluster: { type: "istio" } });
    await azure.createApi("rerouted", "azure-apim");
    await untilApplied(cluster, "rerouted", "/rerouted");
    const told = arm.properties("backends/rerouted")?.["url"];

    await restart({ cluster: { type: "ingress" } });
    await untilCondition(cluster, "rerouted", "Reconciled", "BackendAddressUnknown");
    await until("the Ingress is there", () => cluster.get("Ingress", "apim-api-ingress-rerouted"));

    assert.equal(arm.properties("backends/rerouted")?.["url"], told);
    assert.equal(await azure.urlOf("rerouted"), "https://canvas-apim.azure-api.net/rerouted");
    await restart({ cluster: { type: "ingress" } });
    await azure.giveAddress("rerouted");
    await until("Azure is told of the new address", () =>
      String(arm.properties("backends/rerouted")?.["url"]).includes(INGRESS_IP),
    );
    assert.deepEqual(
      arm.sent("DELETE").filter((request) => request === "DELETE apis/rerouted"),
      [],
    );
    await untilApplied(cluster, "rerouted", "/rerouted");
    await azure.remove("rerouted");
    assert.deepEqual(arm.entities(), []);
  });

  it("are kept up by nothing that the platform takes out of the settings, which goes", async () => {
    const { arm, cluster } = azure;
    const secret = "app-insights-instrumentation-key";
    const logged = {
      appInsights: { logger: "canvas", secret },
      namedValues: [{ name: "partner", secret }],
    };
    await restart(logged);
    await azure.serve("logged");
    assert.ok(arm.entities().includes("namedValues/partner"), arm.entities().join());
    assert.ok(arm.entities().includes("apis/logged/diagnostics/applicationinsights"), arm.entities().join());

    await restart();

    await until(
      "the logger and the named value are gone",
      () => {
        return !arm.entities().some((path) => /^(loggers|namedValues)\/|diagnostics/.test(path));
      },
      60_000,
    );
    await untilApplied(cluster, "logged", "/logged");
    await azure.remove("logged");
    assert.deepEqual(arm.entities(), []);
  });
});
