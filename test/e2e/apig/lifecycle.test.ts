import assert from "node:assert/strict";
import { PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { until } from "../../../dev/until";
import { type WatcherProcess } from "../../../dev/watcherProcess";
import { FakeApig } from "../../support/apig/fakeApig";
import { Cluster, NAMESPACE, type AnyObject } from "../support/cluster";
import {
  apiStatusOf,
  conditionOf,
  hasStack,
  untilApplied,
  untilCondition,
  untilGone,
} from "../support/expect";
import { exposedApi } from "../support/manifests";

const INGRESS = "apig-operator-uportal";
const INGRESS_IP = "203.0.113.8";
const refusal = { answer: { body: { res_code: "1001", res_message: "no room for it" } } } as const;

describe("An API behind the WhaleCloud API gateway", function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let fake: FakeApig;
  let watcher: WatcherProcess;

  before(async () => {
    [cluster, fake] = await Promise.all([Cluster.start({}), FakeApig.start()]);
    await cluster.create({
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: INGRESS, namespace: NAMESPACE },
      spec: { defaultBackend: { service: { name: INGRESS, port: { number: 80 } } } },
    });
    watcher = await start();
  });

  after(async () => {
    await cluster.stop();
    await fake.stop();
  });

  afterEach(() => {
    fake.requests.length = 0;
  });

  const start = (env: NodeJS.ProcessEnv = {}): Promise<WatcherProcess> =>
    cluster
      .startWatcher({
        ODA_GATEWAY: "whalecloud-apig",
        APIG_ENDPOINT: `127.0.0.1:${fake.port}`,
        APIG_INGRESS: `${NAMESPACE}/${INGRESS}`,
        ...env,
      })
      .ready();

  const get = (name: string): Promise<AnyObject | undefined> => cluster.get("ExposedAPI", name);
  const create = (name: string, spec: Record<string, unknown> = {}): Promise<AnyObject> =>
    cluster.create(exposedApi(name, spec));
  const toGateway = (name: string, type: string): Promise<AnyObject> =>
    cluster.patch("ExposedAPI", name, { metadata: { annotations: { "oda.tmforum.org/gateway": type } } });
  const untilReason = (name: string, reason: string): Promise<AnyObject> =>
    untilCondition(cluster, name, "Reconciled", reason);
  const paths = (): string[] => fake.bound.map(({ path }) => path).sort();
  const untilUrl = (name: string, url: string): Promise<unknown> =>
    until(`${name} has the URL ${url}`, async () => {
      const object = await get(name);
      return object !== undefined && apiStatusOf(object)["url"] === url;
    });

  it("is bound, its status says so as TM Forum's operator does, and that it has no URL yet", async () => {
    await cluster.setEndpoint("shop-svc", true);
    await create("shop");
    const object = await untilApplied(cluster, "shop", "/shop/v4");
    const spec = {
      path: "/shop/v4",
      name: "shop",
      specification: "https://example.org/shop.json",
      implementation: "shop-svc",
      port: 8080,
    };
    assert.deepEqual(fake.bound, [spec]);
    assert.deepEqual(object.status?.["apigBind"], {
      response: { res_code: "0000", res_message: "success" },
      spec,
    });
    assert.equal(apiStatusOf(object)["url"], undefined);
    assert.match(
      conditionOf(object, "Ready")?.message ?? "",
      /Ingress components\/apig-operator-uportal.* has no host name and no address/,
    );
  });

  it("has the address of the Ingress in its URL, and https once that has TLS, without a run", async () => {
    const runs = await watcher.runs();
    await cluster.clients.objects.patchNamespacedCustomObjectStatus(
      {
        group: "networking.k8s.io",
        version: "v1",
        namespace: NAMESPACE,
        plural: "ingresses",
        name: INGRESS,
        body: { status: { loadBalancer: { ingress: [{ ip: INGRESS_IP }] } } },
      },
      setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
    );
    await untilUrl("shop", `http://${INGRESS_IP}/shop/v4`);
    await cluster.patch("Ingress", INGRESS, { spec: { tls: [{ secretName: "portal" }] } });
    await untilUrl("shop", `https://${INGRESS_IP}/shop/v4`);
    assert.equal(await watcher.runs(), runs);
  });

  it("moves with its path, and both are told of in no other order", async () => {
    await cluster.patch("ExposedAPI", "shop", { spec: { path: "/store/v4" } });
    const object = await untilApplied(cluster, "shop", "/store/v4");
    assert.deepEqual(fake.asked, ["bind /store/v4", "unbind /shop/v4", "bind /store/v4"]);
    assert.deepEqual(paths(), ["/store/v4"]);
    assert.equal((object.status?.["apigBind"] as { spec: { path: string } }).spec.path, "/store/v4");
  });

  it("says in the gateway's words why it is not bound, and is tried again", async () => {
    fake.fail(refusal, refusal);
    await create("refused");
    const object = await untilReason("refused", "GatewayRejected");
    assert.match(conditionOf(object, "Reconciled")?.message ?? "", /res_code 1001: no room for it/);
    assert.equal(object.status?.["apigBind"], undefined);
    await untilApplied(cluster, "refused", "/refused/v4");
    assert.ok(paths().includes("/refused/v4"));
  });

  it("is not Ready as long as the gateway fails, which is asked again and again", async () => {
    const failing = { answer: { status: 500, body: "oops" } };
    fake.fail(...Array.from({ length: 3 }, () => failing));
    await create("failing");
    await until("the gateway is asked the third time", async () => {
      const object = await get("failing");
      if (fake.asked.length < 3) assert.notEqual(conditionOf(object, "Ready")?.status, "True");
      return fake.asked.length >= 3;
    });
    const object = await untilApplied(cluster, "failing", "/failing/v4");
    assert.equal(fake.asked.length, 4);
    const { response } = object.status?.["apigBind"] as Record<string, unknown>;
    assert.deepEqual(response, { res_code: "0000", res_message: "success" });
    await cluster.delete("ExposedAPI", "failing");
    await untilGone(cluster, "ExposedAPI", "failing");
  });

  it("is invalid without a document that the gateway can fetch, and bound once it has one", async () => {
    await create("undocumented", { specification: [{ version: "v4" }] });
    const object = await untilReason("undocumented", "InvalidSpec");
    assert.match(conditionOf(object, "Reconciled")?.message ?? "", /spec\.specification: must have the URL/);
    assert.deepEqual(fake.requests, []);
    const specification = [{ url: "https://example.org/later.json" }];
    await cluster.patch("ExposedAPI", "undocumented", { spec: { specification } });
    await untilApplied(cluster, "undocumented", "/undocumented/v4");
  });

  it("waits where another has its path, whatever their host names", async () => {
    await create("late", { path: "/store/v4", hostname: "late.example.com" });
    await untilReason("late", "RouteConflict");
    assert.deepEqual(fake.requests, []);
    await cluster.delete("ExposedAPI", "late");
    await untilGone(cluster, "ExposedAPI", "late");
    assert.deepEqual(fake.requests, []);
  });

  it("moves to Istio and back, and is served by the old one until it is by the new one", async () => {
    await toGateway("shop", "istio");
    await until("Istio's route is there, and the registration is gone", async () => {
      const route = await cluster.get("VirtualService", "shop");
      if (!paths().includes("/store/v4")) assert.ok(route, "nobody serves the API");
      return route !== undefined && !paths().includes("/store/v4");
    });
    await until(
      "the status has no apigBind",
      async () => !("apigBind" in ((await get("shop"))?.status ?? {})),
    );
    assert.deepEqual(fake.asked, ["unbind /store/v4"]);
    await toGateway("shop", "whalecloud-apig");
    await until("Istio's route is gone", async () => {
      const route = await cluster.get("VirtualService", "shop");
      if (route === undefined) assert.ok(paths().includes("/store/v4"), "nobody serves the API");
      return route === undefined;
    });
    await until("the status has apigBind", async () => "apigBind" in ((await get("shop"))?.status ?? {}));
  });

  it("stays behind Istio as long as the gateway that it moves to fails", async () => {
    await create("moving");
    await untilApplied(cluster, "moving", "/moving/v4");
    await toGateway("moving", "istio");
    await until("Istio alone serves it", async () => {
      const route = await cluster.get("VirtualService", "moving");
      return route !== undefined && !paths().includes("/moving/v4");
    });
    await untilApplied(cluster, "moving", "/moving/v4");
    fake.requests.length = 0;
    const failing = { answer: { status: 500, body: "oops" } };
    fake.fail(...Array.from({ length: 3 }, () => failing));
    await toGateway("moving", "whalecloud-apig");
    await until("the gateway has said yes, and Istio's route is gone", async () => {
      const route = await cluster.get("VirtualService", "moving");
      if (route === undefined) assert.ok(paths().includes("/moving/v4"), "nobody serves the API");
      return route === undefined;
    });
    assert.equal(fake.asked.length, 4);
    await cluster.delete("ExposedAPI", "moving");
    await untilGone(cluster, "ExposedAPI", "moving");
  });

  it("starts no run at a restart of the watcher", async () => {
    await watcher.stop();
    watcher = await start();
    await until("all are looked at", async () => (await watcher.metric("oda_reconcile_total")) >= 3);
    assert.equal(await watcher.runs(), 0);
    assert.deepEqual(fake.requests, []);
  });

  it("keeps its finalizer while the gateway is away, and leaves nothing behind", async () => {
    const { port } = fake;
    const bound = fake.bound;
    await fake.stop();
    await cluster.delete("ExposedAPI", "shop");
    const object = await untilReason("shop", "GatewayUnavailable");
    assert.ok((object.metadata.finalizers ?? []).length > 0);
    assert.ok((await cluster.eventReasons("shop")).includes("RemovalFailed"));

    fake = await FakeApig.start("path", port, bound);
    await untilGone(cluster, "ExposedAPI", "shop");
    assert.deepEqual(paths(), ["/refused/v4", "/undocumented/v4"]);
    assert.ok(!hasStack(cluster, "shop"));
  });

  it("is let go once it is known by which code the gateway says that it does not have it", async () => {
    const said = { answer: { body: { res_code: "2044", res_message: "no" } }, of: "unbind" } as const;
    fake.fail(...Array.from({ length: 50 }, () => said));
    await cluster.delete("ExposedAPI", "refused");
    const object = await untilReason("refused", "GatewayRejected");
    assert.match(
      conditionOf(object, "Reconciled")?.message ?? "",
      /refused to remove refused: res_code 2044/,
    );
    await watcher.stop();
    watcher = await start({ APIG_ABSENT_CODES: "2044" });
    await untilGone(cluster, "ExposedAPI", "refused");
  });

  it("is taken for bound where the gateway is a mock", async () => {
    await watcher.stop();
    watcher = await start({ APIG_MOCK: "true" });
    await create("mocked");
    const object = await untilApplied(cluster, "mocked", "/mocked/v4");
    const { response } = object.status?.["apigBind"] as Record<string, unknown>;
    assert.deepEqual(response, { res_code: "0000", res_message: "a mock: the gateway was not asked" });
    await cluster.delete("ExposedAPI", "mocked");
    await untilGone(cluster, "ExposedAPI", "mocked");
    assert.deepEqual(fake.requests, []);
  });
});
