import assert from "node:assert/strict";
import { until } from "../../../dev/until";
import { type WatcherProcess } from "../../../dev/watcherProcess";
import { type AnyObject } from "../support/cluster";
import {
  apiStatusOf,
  conditionOf,
  hasStack,
  untilApplied,
  untilCondition,
  untilGone,
} from "../support/expect";
import { AzureCluster, INSTRUMENTATION_KEY, INGRESS_IP } from "./installation";

const AZURE = "azure-apim";
const OVERWRITE = { "oda.tmforum.org/foreign-changes": "overwrite" };
const limited = (limit: string) => ({ rateLimit: { enabled: true, identifier: "IP", limit } });

describe("An API behind Azure API Management", function () {
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

  const get = async (name: string): Promise<AnyObject | undefined> => azure.cluster.get("ExposedAPI", name);
  const policyOf = (name: string): string =>
    String(azure.arm.properties(`apis/${name}/policies/policy`)?.["value"]);
  const boundTo = async (name: string): Promise<string> =>
    JSON.stringify((await get(name))?.status?.["apimBind"]);
  const statusAt = async (path: string): Promise<number> => (await fetch(azure.arm.gatewayUrl + path)).status;
  const untilReason = (name: string, reason: string): Promise<AnyObject> =>
    untilCondition(azure.cluster, name, "Reconciled", reason);

  it("has its Ingress at once, and waits for its address while others are served", async () => {
    const { cluster, arm } = azure;
    await azure.createApi("catalog", AZURE);

    const waiting = await untilReason("catalog", "BackendAddressUnknown");

    assert.match(conditionOf(waiting, "Reconciled")?.message ?? "", /apim-api-ingress-catalog/);
    assert.deepEqual(arm.entities(), []);
    await azure.createApi("beside");
    await untilApplied(cluster, "beside", "/beside");
  });

  it("is told to Azure once there is an address, and its status says what was told", async () => {
    const { cluster, arm } = azure;
    await azure.giveAddress("catalog");

    const object = await untilApplied(cluster, "catalog", "/catalog");

    assert.deepEqual(arm.entities(), [
      "apis/catalog",
      "apis/catalog/operations/listcategory",
      "apis/catalog/policies/policy",
      "backends/catalog",
    ]);
    assert.equal(arm.properties("backends/catalog")?.["url"], `http://${INGRESS_IP}/catalog`);
    assert.equal(await statusAt("/catalog/category"), 200);
    assert.equal(apiStatusOf(object)["url"], "https://canvas-apim.azure-api.net/catalog");
    const { spec, gatewayUrl } = object.status?.["apimBind"] as Record<string, unknown>;
    const { path, name, implementation, port } = spec as Record<string, unknown>;
    assert.deepEqual([path, name, implementation, port], ["/catalog", "catalog", "catalog-svc", 8080]);
    assert.equal(gatewayUrl, "https://canvas-apim.azure-api.net");
  });

  it("is changed when its spec is", async () => {
    await azure.cluster.patch("ExposedAPI", "catalog", { spec: limited("5") });

    await until("the status tells of the limit", async () => /"limit":"?5\b/.test(await boundTo("catalog")));
    assert.match(policyOf("catalog"), /calls="5"/);
  });

  it("is left as somebody else has changed it, which is said, until it may be written over", async () => {
    const { cluster, arm } = azure;
    arm.edit("apis/catalog", { displayName: "theirs" });
    await cluster.patch("ExposedAPI", "catalog", { spec: limited("6") });

    const told = await untilReason("catalog", "ChangedElsewhere");

    assert.match(conditionOf(told, "Reconciled")?.message ?? "", /Api .*catalog/);
    assert.equal(arm.properties("apis/catalog")?.["displayName"], "theirs");
    await azure.annotate("catalog", OVERWRITE);
    await untilReason("catalog", "Applied");
    assert.notEqual(arm.properties("apis/catalog")?.["displayName"], "theirs");
    assert.match(policyOf("catalog"), /calls="6"/);
    assert.ok((await cluster.eventReasons("catalog")).includes("ForeignChangeOverwritten"));
  });

  it("is one of many that have their settings from a single look into Key Vault", async () => {
    const { cluster, vault, arm } = azure;
    const names = Array.from({ length: 10 }, (_, index) => `many-${index}`);

    await Promise.all(names.map((name) => azure.createApi(name, AZURE)));
    await Promise.all(names.map((name) => azure.giveAddress(name)));
    for (const name of names) await untilApplied(cluster, name, `/${name}`);

    assert.deepEqual([...vault.reads].sort(), [...new Set(vault.reads)].sort());
    assert.ok(vault.reads.includes("apim-service-name"));
    for (const name of names) await cluster.delete("ExposedAPI", name);
    for (const name of names) await untilGone(cluster, "ExposedAPI", name);
    assert.ok(!arm.entities().some((path) => path.includes("many-")), arm.entities().join());
  });

  it("keeps its finalizer while the service is away, and leaves nothing behind", async () => {
    const { cluster, arm } = azure;
    arm.faults.plan({ answer: 503, code: "ServiceUnavailable", message: "The service is away." });
    await cluster.delete("ExposedAPI", "catalog");

    const object = await untilReason("catalog", "GatewayUnavailable");

    assert.ok((object.metadata.finalizers ?? []).length > 0);
    assert.ok((await cluster.eventReasons("catalog")).includes("RemovalFailed"));
    arm.faults.clear();
    await untilGone(cluster, "ExposedAPI", "catalog");
    assert.deepEqual(arm.entities(), []);
    assert.equal(await cluster.get("Ingress", "apim-api-ingress-catalog"), undefined);
    assert.ok(!hasStack(cluster, "catalog"));
    assert.equal(await get("catalog"), undefined);
  });

  it("leaves no secret in the log of the watcher", () => {
    const log = JSON.stringify(watcher.log);
    assert.ok(!log.includes(INSTRUMENTATION_KEY));
    assert.ok(!log.includes(azure.vault.token));
    assert.ok(!azure.vault.reads.includes("app-insights-instrumentation-key"));
  });
});
