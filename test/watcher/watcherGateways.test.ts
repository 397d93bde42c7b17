import assert from "node:assert/strict";
import { mock } from "node:test";
import { declaredObjects, type StackRun } from "../../stack";
import { type Condition } from "../../watcher/conditions";
import { readConfig } from "../../watcher/config";
import { type ApiObject } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { Watcher } from "../../watcher/watcher";
import { eventually } from "../support/eventually";
import { KubernetesServer, type Stored } from "../support/kubernetesServer";
import { type Json, resource } from "../spec/examples";
import { gateway, slice } from "./examples";
import { azure, behind, StubSettings } from "./gateways";
import { inputOf, StubEngine } from "./stubEngine";

const APIS = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/components/endpointslices";
const INGRESSES = "/apis/networking.k8s.io/v1/namespaces/components/ingresses";
const ROUTES = "/apis/networking.istio.io/v1/namespaces/components/virtualservices";
const SERVICES = "/api/v1/services";

describe("A watcher with several gateways", () => {
  const log = createLogger("error");
  let server: KubernetesServer;
  let engine: StubEngine;
  let source: StubSettings;
  let watcher: Watcher | undefined;
  let logged: string[];

  beforeEach(async () => {
    server = await KubernetesServer.start();
    engine = new StubEngine();
    source = new StubSettings(azure);
    logged = [];
    for (const level of ["info", "warn"] as const) {
      mock.method(log, level, (...args: unknown[]) => logged.push(JSON.stringify(args)));
    }
    engine.apply = (run) => {
      if (!("api" in run.input)) return;
      const { api, settings } = inputOf(run);
      for (const { kind, namespace, name, fields } of declaredObjects(api, settings)) {
        const collection = kind === "Ingress" ? INGRESSES : ROUTES;
        const before = server.get(collection, namespace, name) ?? { metadata: { name, namespace } };
        server.put(collection, { ...before, ...fields });
      }
    };
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
    server.put("/api/v1/namespaces/components/services", {
      metadata: { name: "r1-prodcatapi", namespace: "components" },
    });
    server.put(SLICES, slice("r1-prodcatapi-x", true));
  });
  afterEach(async () => {
    await watcher?.stop();
    watcher = undefined;
    mock.restoreAll();
    await server.close();
  });

  async function follow(env: Readonly<Record<string, string>> = {}): Promise<void> {
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0", KEY_VAULT_NAME: "oda-vault", ...env }),
      kubeConfig: server.kubeConfig,
      log,
      createEngine: () => Promise.resolve(engine),
      sources: {
        azureSettings: () => source,
        tags: () => ({ read: () => Promise.resolve({}) }),
        remover: () => ({ remove: () => Promise.resolve([]) }),
      },
    });
    await watcher.run();
  }
  const put = (name: string, spec: Json = {}, metadata: Json = {}) =>
    server.put(APIS, resource({ path: `/${name}`, ...spec }, { name, uid: `uid-${name}`, ...metadata }));
  const object = (name: string) => server.get(APIS, "components", name) as ApiObject | undefined;
  const becomes = (name: string, type: string, expected: string) =>
    eventually(`${name} is ${type}=${expected}`, () => {
      const conditions = (object(name)?.status?.["conditions"] ?? []) as readonly Condition[];
      const found = conditions.find((each) => each.type === type);
      return found !== undefined && `${found.status} ${found.reason}` === expected;
    });
  const urlBecomes = (name: string, expected: string) =>
    eventually(`${name} has the URL ${expected}`, () => {
      const { url } = (object(name)?.status?.["apiStatus"] ?? {}) as { url?: string };
      return url === expected;
    });
  const ups = () =>
    engine.asked.filter(([operation, run]) => operation === "up" && (run as StackRun).kind !== "Platform")
      .length;
  const addressed = (name: string, ip: string): Stored => ({
    ...(server.get(INGRESSES, "components", name) ?? { metadata: { name, namespace: "components" } }),
    status: { loadBalancer: { ingress: [{ ip }] } },
  });

  it("tells the gateway of an API when its Ingress has an address, by one run more", async () => {
    await follow();
    put("a", {}, behind("azure-apim"));
    await becomes("a", "Ready", "False BackendAddressUnknown");
    assert.equal(ups(), 1);
    server.put(INGRESSES, addressed("apim-api-ingress-a", "10.0.0.9"));
    await becomes("a", "Ready", "True Serving");
    await urlBecomes("a", "https://oda-apim.azure-api.net/a");
    assert.equal(ups(), 2);
    const last = engine.asked.at(-1)?.[1] as Parameters<typeof inputOf>[0];
    assert.equal(inputOf(last).settings.context?.backend, "http://10.0.0.9");
  });

  it("runs nothing after a restart where everything is as it was", async () => {
    server.put(INGRESSES, addressed("apim-api-ingress-a", "10.0.0.9"));
    put("a", {}, behind("azure-apim"));
    await follow();
    await becomes("a", "Ready", "True Serving");
    await watcher?.stop();
    const before = JSON.stringify(object("a"));
    engine.asked.length = 0;

    await follow();
    put("b", {}, behind("azure-apim"));
    await becomes("b", "Ready", "False BackendAddressUnknown");
    assert.equal(ups(), 1);
    assert.equal(JSON.stringify(object("a")), before);
  });

  it("says nothing before Key Vault has answered, then serves, and runs again for other settings", async () => {
    source = new StubSettings();
    server.put(INGRESSES, addressed("apim-api-ingress-a", "10.0.0.9"));
    put("a", {}, behind("azure-apim"));
    put("b");
    await follow();
    await becomes("b", "Reconciled", "True Applied");
    assert.equal(object("a")?.status, undefined);
    source.set(azure);
    await becomes("a", "Ready", "True Serving");

    const before = ups();
    source.set({ ...azure, gatewayUrl: "https://api.example.com" });
    await urlBecomes("a", "https://api.example.com/a");
    assert.equal(ups(), before + 1);
  });

  it("serves APIs in a cluster without Istio", async () => {
    for (const version of ["v1", "v1beta1"]) {
      server.gone.add(`/apis/networking.istio.io/${version}/namespaces/components/virtualservices`);
    }
    server.gone.add("/apis/networking.istio.io/v1");
    server.put(INGRESSES, addressed("apim-api-ingress-a", "10.0.0.9"));
    put("a");
    await follow({ ODA_GATEWAY: "azure-apim" });
    await becomes("a", "Ready", "True Serving");

    put("b", {}, behind("istio"));
    await becomes("b", "Reconciled", "False CrdMissing");
    assert.equal(ups(), 1);
  });

  it("gives APIs behind WhaleCloud the URL of the platform's Ingress, and follows it", async () => {
    server.put(INGRESSES, {
      metadata: { name: "apig", namespace: "components" },
      spec: { rules: [{ host: "apig.example.com" }], tls: [{ secretName: "apig" }] },
    });
    server.put(SERVICES, gateway("10.0.0.1"));
    put("a", { specification: [{ url: "http://docs.example.com/a" }] }, behind("whalecloud-apig"));
    await follow({ APIG_INGRESS: "components/apig", APIG_MOCK: "true" });
    await urlBecomes("a", "https://apig.example.com/a");
    assert.ok(logged.some((line) => line.includes("the WhaleCloud API gateway is a mock")));
    const before = ups();
    server.put(INGRESSES, {
      metadata: { name: "apig", namespace: "components" },
      spec: { rules: [{ host: "other.example.com" }], tls: [{ secretName: "apig" }] },
    });
    await urlBecomes("a", "https://other.example.com/a");
    assert.equal(ups(), before);
  });

  it("tells its log which gateways there are", async () => {
    await follow();
    const serving = logged.find((line) => line.includes('"serving"')) ?? "";
    assert.match(serving, /"default":"istio"/);
    assert.match(serving, /"azure":\{"keyVault":"https:\/\/oda-vault\./);
  });

  it("shows nothing of the query of a document's URL, which may be a signature", async () => {
    const url = "http://127.0.0.1:9/shop.json?sig=the-signature";
    put("a", { specification: [{ url }] }, behind("azure-apim"));
    await follow();
    await becomes("a", "Reconciled", "False DocumentInvalid");
    await eventually("an Event tells of it", () => JSON.stringify(server.bodies).includes("Warning"));
    const shown = JSON.stringify([logged, object("a")?.status, server.bodies]);
    assert.match(shown, /is on the address 127/);
    assert.ok(!shown.includes("the-signature"), shown);
  });
});
