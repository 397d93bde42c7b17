import assert from "node:assert/strict";
import { mock } from "node:test";
import { objectId, platformObjects, type OwnedObject } from "../../components";
import { declaredObjects, type StackRun } from "../../stack";
import { type Condition } from "../../watcher/conditions";
import { readConfig } from "../../watcher/config";
import { type ApiObject } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { policyKinds } from "../../watcher/ownedKinds";
import { Watcher } from "../../watcher/watcher";
import { type Json, resource } from "../spec/examples";
import { eventually } from "../support/eventually";
import { KubernetesServer } from "../support/kubernetesServer";
import { inputOf, StubEngine } from "./stubEngine";

const APIS = "/apis/oda.tmforum.org/v1/namespaces/components/exposedapis";
const SERVICES = "/api/v1/namespaces/components/services";
const FILTERS = "/apis/networking.istio.io/v1alpha3/namespaces/istio-ingress/envoyfilters";
const PEERS = "/apis/security.istio.io/v1/namespaces/components/peerauthentications";

const limited = { rateLimit: { enabled: true, limit: "5" } };
const strict = { annotations: { "oda.tmforum.org/mtls": "strict" } };

describe("What the watcher follows for the policies of APIs", () => {
  const log = createLogger("error");
  let server: KubernetesServer;
  let engine: StubEngine;
  let watcher: Watcher;

  beforeEach(async () => {
    server = await KubernetesServer.start();
    engine = new StubEngine();
    mock.method(log, "warn", () => undefined);
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    server.answers.set("/apis/oda.tmforum.org/v1", {
      resources: [{ name: "exposedapis", kind: "ExposedAPI" }],
    });
    server.answers.set("/api/v1/namespaces/istio-ingress", { metadata: { name: "istio-ingress" } });
    engine.apply = (run) => {
      const versions = objectsOf(run).map((object) => {
        const { namespace, name, fields } = object;
        server.put(collectionOf(object), { metadata: { name, namespace }, ...fields });
        const { metadata } = server.get(collectionOf(object), namespace, name) ?? {};
        return [objectId(object), metadata?.resourceVersion ?? ""];
      });
      engine.versions = Object.fromEntries(versions) as Record<string, string>;
    };
    watcher = await Watcher.start({
      config: readConfig({ ODA_LISTEN: "127.0.0.1:0" }),
      kubeConfig: server.kubeConfig,
      log,
      createEngine: () => Promise.resolve(engine),
    });
    await watcher.run();
  });
  afterEach(async () => {
    await watcher.stop();
    mock.restoreAll();
    await server.close();
  });

  const objectsOf = (run: StackRun) => {
    if ("platform" in run.input) return platformObjects(run.input.platform);
    const { api, settings } = inputOf(run);
    return declaredObjects(api, settings);
  };
  const collectionOf = ({ apiVersion, kind, namespace }: OwnedObject) =>
    `/apis/${apiVersion}/namespaces/${namespace}/${policyKinds[kind]?.plural ?? "virtualservices"}`;
  const put = (name: string, spec: Json = {}, metadata: Json = {}) =>
    server.put(APIS, resource({ path: `/${name}`, ...spec }, { name, uid: `uid-${name}`, ...metadata }));
  const putService = (labels: Json) =>
    server.put(SERVICES, {
      metadata: { name: "r1-prodcatapi", namespace: "components" },
      spec: { selector: labels },
    });
  const condition = (name: string, type: string): string | undefined => {
    const object = server.get(APIS, "components", name) as ApiObject | undefined;
    const conditions = (object?.status?.["conditions"] ?? []) as readonly Condition[];
    const found = conditions.find((each) => each.type === type);
    return found && `${found.status} ${found.reason}`;
  };
  const becomes = (name: string, type: string, expected: string | undefined) =>
    eventually(`${name} is ${type}=${expected ?? "gone"}`, () => condition(name, type) === expected);
  const ups = () =>
    engine.asked.filter(([operation]) => operation === "up").map(([, run]) => run as StackRun);
  const stacks = () => ups().map(({ stack }) => stack);
  const lists = (path: string) =>
    server.requests.filter((request) => request.includes(path) && !request.includes("watch=true")).length;

  it("is nothing more, and no run more, for an API that has none", async () => {
    put("plain");
    await becomes("plain", "Reconciled", "True Applied");
    assert.deepEqual(stacks(), ["components.plain"]);
    const asked = (part: string) => server.requests.filter((request) => request.includes(part));
    for (const part of ["peerauthentications", "networkpolicies", "namespaces/istio-ingress"]) {
      assert.deepEqual(asked(part), [], part);
    }
    const look = "fieldSelector=metadata.name%3Doda-api";
    assert.deepEqual(asked("envoyfilters"), [`GET /apis/networking.istio.io/v1alpha3/envoyfilters?${look}`]);
    assert.equal(asked("requestauthentications").length, 1);
  });

  it("is a kind in the namespace of the gateway from the first API on that has an object there, once", async () => {
    put("a", limited);
    await becomes("a", "Reconciled", "True Applied");
    put("b", limited);
    await becomes("b", "Reconciled", "True Applied");
    assert.deepEqual(stacks(), ["gateway", "components.a", "components.b"]);
    assert.equal(lists(FILTERS), 1);
    assert.equal(lists("peerauthentications"), 0);
  });

  it("has what somebody changes there put back by a run of just the API that declares it", async () => {
    put("a", limited);
    put("b", limited);
    await becomes("a", "Reconciled", "True Applied");
    await becomes("b", "Reconciled", "True Applied");
    const before = ups().length;
    const filter = server.get(FILTERS, "istio-ingress", "components.b");
    server.put(FILTERS, { ...filter, spec: { configPatches: [] } });
    await eventually("b is run", () => ups().length > before);
    assert.deepEqual(stacks().slice(before), ["components.b"]);
  });

  it("has the gateway's own stack run when what all share is deleted", async () => {
    put("a", limited);
    await becomes("a", "Reconciled", "True Applied");
    const before = ups().length;
    server.remove(FILTERS, { metadata: { name: "oda-api", namespace: "istio-ingress" } });
    await eventually("the gateway is run", () => ups().length > before);
    assert.deepEqual(stacks().slice(before), ["gateway"]);
  });

  it("is the Service too: a new selector is a new run of the APIs whose policies need it, and of no other", async () => {
    putService({ app: "one" });
    put("strict", {}, strict);
    put("plain");
    await becomes("strict", "PoliciesEnforced", "True AllEnforced");
    await becomes("plain", "Reconciled", "True Applied");
    assert.equal(lists(PEERS), 1);

    putService({ app: "two" });
    await eventually(
      "it is run again",
      () => stacks().filter((stack) => stack === "components.strict").length === 2,
    );
    const { settings } = inputOf(ups().at(-1)!);
    assert.deepEqual(settings.context?.podLabels, { app: "two" });
    putService({});
    await becomes("strict", "PoliciesEnforced", "False NotSupported");
    assert.equal(stacks().filter((stack) => stack === "components.plain").length, 1);
  });

  it("is the Service as it was last while it is gone, for its Pods are still there", async () => {
    putService({ app: "one" });
    put("strict", {}, strict);
    await becomes("strict", "PoliciesEnforced", "True AllEnforced");
    server.remove(SERVICES, { metadata: { name: "r1-prodcatapi", namespace: "components" } });
    await becomes("strict", "ImplementationReady", "False ServiceMissing");
    assert.equal(condition("strict", "PoliciesEnforced"), "True AllEnforced");
    assert.deepEqual(stacks(), ["components.strict"]);

    putService({ app: "one" });
    await becomes("strict", "ImplementationReady", "False NoReadyEndpoint");
    assert.deepEqual(stacks(), ["components.strict"]);
  });

  it("is the paths of the others: just those that overlap are looked at, told and run again", async () => {
    put("shop");
    put("store");
    await becomes("shop", "Reconciled", "True Applied");
    await becomes("store", "Reconciled", "True Applied");
    put("inner", { path: "/shop/v2" });
    await becomes("shop", "RouteDistinct", "False PathOverlap");
    await becomes("inner", "RouteDistinct", "False PathOverlap");
    await eventually(
      "shop is run again",
      () => stacks().filter((stack) => stack === "components.shop").length === 2,
    );
    assert.equal(condition("store", "RouteDistinct"), undefined);

    put("inner", { path: "/elsewhere" });
    await becomes("shop", "RouteDistinct", undefined);
    await becomes("inner", "RouteDistinct", undefined);
    assert.equal(stacks().filter((stack) => stack === "components.store").length, 1);
  });
});
