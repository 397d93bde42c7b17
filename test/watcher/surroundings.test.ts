import assert from "node:assert/strict";
import { mock } from "node:test";
import { type Condition } from "../../watcher/conditions";
import { readConfig } from "../../watcher/config";
import { type ApiObject } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { Watcher } from "../../watcher/watcher";
import { type Json, resource } from "../spec/examples";
import { eventually } from "../support/eventually";
import { KubernetesServer, type Stored } from "../support/kubernetesServer";
import { gateway, slice } from "./examples";
import { StubEngine } from "./stubEngine";

const APIS = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/components/endpointslices";
const SERVICES = "/api/v1/namespaces/components/services";
const PATH = "/r1-catalog/tmf-api/productCatalogManagement/v4";

const service = (name: string): Stored => ({ metadata: { name, namespace: "components" } });

describe("What is around an API", () => {
  const log = createLogger("error");
  let server: KubernetesServer;
  let engine: StubEngine;
  let watcher: Watcher | undefined;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    engine = new StubEngine();
    mock.method(log, "warn", () => undefined);
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    for (const owned of ["networking.istio.io/v1beta1", "networking.istio.io/v1"]) {
      server.gone.add(`/apis/${owned}/namespaces/components/virtualservices`);
    }
    for (const name of ["r1-prodcatapi", "other", "wanted"]) server.put(SERVICES, service(name));
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
  });
  afterEach(async () => {
    await watcher?.stop();
    watcher = undefined;
    mock.restoreAll();
    await server.close();
  });

  /** Starts a watcher, which then follows the cluster. */
  async function follow(env: Readonly<Record<string, string>> = {}): Promise<void> {
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0", ...env }),
      kubeConfig: server.kubeConfig,
      log,
      createEngine: () => Promise.resolve(engine),
    });
    await watcher.run();
  }

  const put = (name: string, spec: Json = {}) =>
    server.put(APIS, resource(spec, { name, uid: `uid-${name}` }));
  const object = (name: string) => server.get(APIS, "components", name) as ApiObject | undefined;
  const change = (name: string, spec: Json) => {
    const before = object(name);
    server.put(APIS, { ...before, spec: { ...(before?.spec as Json), ...spec } });
  };
  const condition = (name: string, type: string): string | undefined => {
    const conditions = (object(name)?.status?.["conditions"] ?? []) as readonly Condition[];
    const found = conditions.find((each) => each.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  const messageBecomes = (name: string, type: string, expected: RegExp) =>
    eventually(`${name} says of ${type} ${String(expected)}`, () => {
      const conditions = (object(name)?.status?.["conditions"] ?? []) as readonly Condition[];
      return expected.test(conditions.find((each) => each.type === type)?.message ?? "");
    });
  const becomes = (name: string, type: string, expected: string) =>
    eventually(`${name} is ${type}=${expected}`, () => condition(name, type) === expected);
  const urlBecomes = (name: string, expected: string | undefined) =>
    eventually(`${name} has the URL ${expected ?? "of nothing"}`, () => {
      const status = object(name)?.status?.["apiStatus"] as { url?: string } | undefined;
      return status !== undefined && status.url === expected;
    });
  const metric = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${watcher?.port ?? 0}/metrics`)).text();
    return Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1] ?? 0);
  };
  const ups = () => engine.asked.filter(([operation]) => operation === "up").length;
  const statusWrites = () => metric("oda_status_writes_total");
  const looks = () => metric("oda_reconcile_duration_seconds_count");

  it("costs nothing in a storm of EndpointSlices that leaves the API ready", async () => {
    server.put("/api/v1/services", gateway("10.0.0.1"));
    server.put(SLICES, slice("steady", true));
    put("a");
    put("sentinel", { path: "/sentinel", implementation: "other" });
    await follow();
    await becomes("a", "Ready", "True Serving");
    await becomes("sentinel", "Reconciled", "True Applied");
    // The echoes of the last writes have been looked at when a later change has.
    server.put(SLICES, slice("sentinel", true, "other"));
    await becomes("sentinel", "Ready", "True Serving");
    const [writes, before] = [await statusWrites(), await looks()];

    for (let event = 0; event < 1000; event++) server.put(SLICES, slice(`s${event % 10}`, event % 2 === 0));
    server.put(SLICES, slice("sentinel", false, "other"));
    await becomes("sentinel", "Ready", "False NoReadyEndpoint");

    assert.equal((await statusWrites()) - writes, 1);
    // One for the sentinel's Service, one for the echo of its status.
    assert.ok((await looks()) - before <= 2, `${(await looks()) - before} looks`);
  });

  it("coalesces the flips of a Service that comes and goes", async () => {
    server.put("/api/v1/services", gateway("10.0.0.1"));
    put("a");
    put("sentinel", { path: "/sentinel", implementation: "other" });
    await follow();
    await becomes("a", "Reconciled", "True Applied");
    await becomes("sentinel", "Reconciled", "True Applied");
    const writes = await statusWrites();

    for (let flip = 1; flip <= 1001; flip++) server.put(SLICES, slice("flapping", flip % 2 === 1));
    server.put(SLICES, slice("sentinel", true, "other"));
    await becomes("sentinel", "Ready", "True Serving");
    await becomes("a", "Ready", "True Serving");

    const flips = (await statusWrites()) - writes - 1;
    assert.ok(flips <= 50, `${flips} status writes for 1001 flips`);
    assert.equal(ups(), 2);
  });

  it("is that of what is really served, while the spec has a problem", async () => {
    server.put("/api/v1/services", gateway("10.0.0.1"));
    server.put(SLICES, slice("served", true));
    put("a");
    await follow();
    await becomes("a", "Ready", "True Serving");

    change("a", { port: 0, implementation: "wanted" });
    await becomes("a", "Reconciled", "False InvalidSpec");
    assert.equal(condition("a", "ImplementationReady"), "True EndpointsReady");
    server.put(SLICES, slice("wanted", true, "wanted"));
    server.put(SLICES, slice("served", false));
    await becomes("a", "ImplementationReady", "False NoReadyEndpoint");

    server.put("/api/v1/services", gateway("2001:db8::1"));
    await urlBecomes("a", `https://[2001:db8::1]${PATH}`);
    server.remove("/api/v1/services", gateway("2001:db8::1"));
    await urlBecomes("a", undefined);
    server.put("/api/v1/services", gateway("10.0.0.2"));
    await urlBecomes("a", `https://10.0.0.2${PATH}`);

    change("a", { port: 8080 });
    await becomes("a", "ImplementationReady", "True EndpointsReady");
    assert.equal(ups(), 2);
  });

  it("has the address of the one Service that is configured", async () => {
    server.put("/api/v1/services", gateway("10.0.0.9", "elsewhere"));
    put("a");
    await follow({ ODA_GATEWAY_SERVICE: "istio-ingress/gateway" });
    server.put(SLICES, slice("a", true));
    await becomes("a", "Ready", "False GatewayAddressUnknown");

    server.put("/api/v1/namespaces/istio-ingress/services", gateway("10.0.0.1"));
    await urlBecomes("a", `https://10.0.0.1${PATH}`);

    const asked = server.requests.filter((request) => request.includes("/istio-ingress/services"));
    assert.ok(
      asked.length >= 2 && asked.every((request) => request.includes("metadata.name%3Dgateway")),
      asked.join(),
    );
    assert.ok(!server.requests.some((request) => request.includes("labelSelector")));
  });

  it("says that the Service does not have the port, until it does; its endpoints are told as they are", async () => {
    server.put("/api/v1/services", gateway("10.0.0.1"));
    server.put(SLICES, slice("a", true));
    server.put(SERVICES, { ...service("r1-prodcatapi"), spec: { ports: [{ port: 9090 }] } });
    put("a");
    await follow();
    await becomes("a", "Ready", "False PortMissing");
    assert.equal(condition("a", "ImplementationReady"), "False PortMissing");
    assert.deepEqual(object("a")?.status?.["implementation"], { ready: true });
    await eventually("an Event says so", () => server.bodies.some(({ reason }) => reason === "PortMissing"));

    server.put(SERVICES, { ...service("r1-prodcatapi"), spec: { ports: [{ port: 9090 }, { port: 8080 }] } });
    await becomes("a", "Ready", "True Serving");
    assert.equal(ups(), 1);
  });

  it("names the Service of the gateway as soon as there is one, and says that it lost its address", async () => {
    const warn = mock.method(log, "warn", () => undefined);
    const info = mock.method(log, "info", () => undefined);
    server.put(SLICES, slice("a", true));
    put("a");
    await follow();
    await messageBecomes("a", "Ready", /^no Service is labelled istio=ingressgateway/);
    server.put("/api/v1/services", { ...gateway("10.0.0.1"), status: {} });
    await messageBecomes("a", "Ready", /^Service istio-ingress\/gateway, .* has no address/);
    assert.equal(warn.mock.callCount(), 0);

    server.put("/api/v1/services", gateway("10.0.0.1"));
    await becomes("a", "Ready", "True Serving");
    assert.deepEqual(info.mock.calls.at(-1)?.arguments, [
      { address: { host: "10.0.0.1" } },
      "address of the gateway",
    ]);
    server.put("/api/v1/services", { ...gateway("10.0.0.1"), status: {} });
    await becomes("a", "Ready", "False GatewayAddressUnknown");
    assert.deepEqual(
      warn.mock.calls.map((call) => call.arguments as unknown[]),
      [[{ address: null, services: ["istio-ingress/gateway"] }, "the gateway has no address any more"]],
    );
  });

  it("are the Pods of its gateway: those of other gateways are named in a warning at the start", async () => {
    const warnings: unknown[] = [];
    mock.method(log, "warn", (...said: unknown[]) => warnings.push(said));
    for (const namespace of ["internal", "public"]) {
      const object = gateway("10.0.0.1", namespace);
      server.put(`/api/v1/services/${namespace}`, { ...object, spec: { selector: { istio: namespace } } });
    }
    await follow();

    const [[context, text]] = warnings as [[object, string]];
    assert.deepEqual(context, { service: "internal/gateway", others: ["public/gateway"] });
    assert.match(text, /`gateway` of ODA_PLATFORM decides$/);
  });

  it("says that the Service does not exist, until it does", async () => {
    put("a", { implementation: "late" });
    await follow();
    await becomes("a", "ImplementationReady", "False ServiceMissing");

    server.put(SERVICES, service("late"));
    await becomes("a", "ImplementationReady", "False NoReadyEndpoint");
    server.remove(SERVICES, service("late"));
    await becomes("a", "ImplementationReady", "False ServiceMissing");
    assert.equal(ups(), 1);
  });
});
