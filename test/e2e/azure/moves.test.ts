import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { until } from "../../../dev/until";
import { FakeApig } from "../../support/apig/fakeApig";
import { unavailable } from "../../support/azure/arm/faults";
import { untilApplied, untilCondition, untilGone } from "../support/expect";
import { AzureCluster, DOCUMENT } from "./installation";
import { answers, MoveProber, type Side } from "./moveProber";

const GATEWAY = "oda.tmforum.org/gateway";
const ISTIO_URL = "https://203.0.113.7";
const AZURE_URL = "https://canvas-apim.azure-api.net";

describe("An API that chooses another gateway than Azure", function () {
  this.timeout(240_000);
  let azure: AzureCluster;
  let apig: FakeApig;
  let documents: Server;

  before(async () => {
    [azure, apig] = await Promise.all([AzureCluster.start(), FakeApig.start()]);
    documents = createServer((_, response) => {
      response.writeHead(200, { "content-type": "application/json" }).end(DOCUMENT);
    });
    await new Promise<void>((resolve) => documents.listen(0, "127.0.0.1", resolve));
    await azure.startWatcher({ APIG_ENDPOINT: `127.0.0.1:${apig.port}`, ODA_DOCUMENT_LOOPBACK: "true" });
  });
  after(async () => {
    await azure.stop();
    await apig.stop();
    documents.closeAllConnections();
    await new Promise((resolve) => documents.close(resolve));
  });
  afterEach(() => {
    azure.arm.faults.clear();
  });

  const choose = (name: string, gateway: string): Promise<void> =>
    azure.annotate(name, { [GATEWAY]: gateway });
  const inAzure = (name: string): Side => answers(`${azure.arm.gatewayUrl}/${name}/category`);
  const inApig =
    (name: string): Side =>
    () =>
      apig.bound.some(({ path }) => path === `/${name}`);
  /** A document for a gateway that fetches it itself, and for one that is given it. */
  const fetched = (): object[] => {
    const { port } = documents.address() as AddressInfo;
    return [{ url: `http://127.0.0.1:${port}/catalog.json`, version: "v4" }];
  };
  const route = (name: string) => azure.cluster.get("VirtualService", name);
  const untilUrl = (name: string, url: string): Promise<unknown> =>
    until(`the URL of ${name} is at ${url}`, async () => (await azure.urlOf(name)) === `${url}/${name}`);

  it("moves to WhaleCloud and back, and one of both serves it all the time", async () => {
    const { arm, cluster } = azure;
    await azure.createApi("roaming", "azure-apim", { specification: fetched() });
    await azure.giveAddress("roaming");
    await untilApplied(cluster, "roaming", "/roaming");
    const away = new MoveProber(inAzure("roaming"), inApig("roaming"));

    await choose("roaming", "whalecloud-apig");
    await until("WhaleCloud alone serves it", () => away.isOver());
    assert.equal(await away.gaps(), 0);
    await until("the status tells of WhaleCloud alone", async () => {
      const { status = {} } = (await cluster.get("ExposedAPI", "roaming")) ?? {};
      return "apigBind" in status && !("apimBind" in status);
    });
    assert.deepEqual(arm.entities(), []);

    const back = new MoveProber(inApig("roaming"), inAzure("roaming"));
    await choose("roaming", "azure-apim");
    await azure.giveAddress("roaming");
    await until("Azure alone serves it", () => back.isOver());
    assert.equal(await back.gaps(), 0);
    await until("the status tells of Azure alone", async () => {
      const { status = {} } = (await cluster.get("ExposedAPI", "roaming")) ?? {};
      return "apimBind" in status && !("apigBind" in status);
    });
    await untilUrl("roaming", AZURE_URL);
    await azure.remove("roaming");
    assert.deepEqual([arm.entities(), apig.bound], [[], []]);
  });

  it("goes back to Istio, which serves it, while Azure is awaited", async () => {
    const { arm, cluster } = azure;
    await azure.createApi("undecided");
    await untilApplied(cluster, "undecided", "/undecided");
    const before = await route("undecided");
    await choose("undecided", "azure-apim");
    await untilCondition(cluster, "undecided", "Reconciled", "BackendAddressUnknown");
    assert.equal(await azure.urlOf("undecided"), `${ISTIO_URL}/undecided`);

    await choose("undecided", "istio");
    await untilCondition(cluster, "undecided", "Reconciled", "Applied");

    assert.equal((await route("undecided"))?.metadata.uid, before?.metadata.uid);
    assert.equal(await azure.urlOf("undecided"), `${ISTIO_URL}/undecided`);
    assert.equal(await cluster.get("Ingress", "apim-api-ingress-undecided"), undefined);
    assert.deepEqual(
      arm.sent("PUT").filter((request) => request.includes("undecided")),
      [],
    );
    await azure.remove("undecided");
  });

  it("goes on to a third gateway while Azure is awaited", async () => {
    const { cluster } = azure;
    await azure.createApi("further", undefined, { specification: fetched() });
    await untilApplied(cluster, "further", "/further");
    await choose("further", "azure-apim");
    await untilCondition(cluster, "further", "Reconciled", "BackendAddressUnknown");

    await choose("further", "whalecloud-apig");
    await untilCondition(cluster, "further", "Reconciled", "Applied");

    assert.ok(await inApig("further")());
    assert.equal(await route("further"), undefined);
    assert.equal(await cluster.get("Ingress", "apim-api-ingress-further"), undefined);
    await azure.remove("further");
    assert.deepEqual(apig.bound, []);
  });

  it("is served by Istio where it never was by Azure", async () => {
    const { arm, cluster } = azure;
    await azure.createApi("hasty", "azure-apim");
    await untilCondition(cluster, "hasty", "Reconciled", "BackendAddressUnknown");
    assert.equal(await azure.urlOf("hasty"), undefined);

    await choose("hasty", "istio");
    await untilUrl("hasty", ISTIO_URL);

    assert.notEqual(await route("hasty"), undefined);
    assert.deepEqual(
      arm.sent("PUT").filter((request) => request.includes("hasty")),
      [],
    );
    await azure.remove("hasty");
  });

  for (const [what, name, from] of [
    ["new", "brief", "azure-apim"],
    ["served by Istio", "leaving", "istio"],
  ] as const) {
    it(`is gone at once where it is deleted while Azure is awaited, being ${what}`, async () => {
      const { arm, cluster } = azure;
      await azure.createApi(name, from);
      if (from === "istio") await untilApplied(cluster, name, `/${name}`);
      await choose(name, "azure-apim");
      await untilCondition(cluster, name, "Reconciled", "BackendAddressUnknown");
      arm.faults.plan(unavailable);

      await cluster.delete("ExposedAPI", name);

      await untilGone(cluster, "ExposedAPI", name);
      assert.equal(await route(name), undefined);
      assert.equal(await cluster.get("Ingress", `apim-api-ingress-${name}`), undefined);
    });
  }

  it("is told at Istio as soon as that serves it, although WhaleCloud, which it leaves, is away", async () => {
    const { cluster } = azure;
    await azure.createApi("deserting", "whalecloud-apig", { specification: fetched() });
    await untilApplied(cluster, "deserting", "/deserting");
    const { bound, port } = apig;
    await apig.stop();

    await choose("deserting", "istio");
    await untilUrl("deserting", ISTIO_URL);

    assert.notEqual(await route("deserting"), undefined);
    await untilCondition(cluster, "deserting", "Reconciled", "GatewayUnavailable");
    apig = await FakeApig.start("path", port, bound);
    await untilCondition(cluster, "deserting", "Reconciled", "Applied");
    assert.deepEqual(apig.bound, []);
    assert.equal(await azure.urlOf("deserting"), `${ISTIO_URL}/deserting`);
    await azure.remove("deserting");
  });
});
