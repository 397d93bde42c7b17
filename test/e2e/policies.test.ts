import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../dev/until";
import { type WatcherProcess } from "../../dev/watcherProcess";
import { Cluster, GATEWAY_NAMESPACE, NAMESPACE } from "./support/cluster";
import { conditionOf, untilApplied, untilCondition, untilGone } from "./support/expect";
import { exposedApi } from "./support/manifests";

const PLATFORM_FILE = `
jwt:
  providers:
    - { name: keycloak, issuer: "https://id.example.com", jwksUri: "https://id.example.com/keys" }
defaults: { mtls: permissive }
locked: [mtls]
`;

/** Kinds whose objects are in the gateway's namespace. */
const AT_GATEWAY = ["AuthorizationPolicy", "EnvoyFilter", "RequestAuthentication"];

const jwt = (value: string) => ({ metadata: { annotations: { "oda.tmforum.org/jwt": value } } });
const annotated = (object: Record<string, unknown>, { metadata }: ReturnType<typeof jwt>) => ({
  ...object,
  metadata: { ...(object["metadata"] as object), ...metadata },
});
const limited = { rateLimit: { enabled: true, limit: "5" } };

describe("The policies of an API", function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let watcher: WatcherProcess;

  before(async () => {
    cluster = await Cluster.start({});
    const file = join(cluster.stateDir, "platform.yaml");
    writeFileSync(file, PLATFORM_FILE);
    watcher = await cluster.startWatcher({ ODA_PLATFORM: file }).ready();
  });

  after(async () => {
    await cluster.stop();
  });

  /** What is in the gateway's namespace, as `Kind name`. */
  const atGateway = async (): Promise<string[]> => {
    const lists = await Promise.all(
      AT_GATEWAY.map(async (kind) =>
        (await cluster.list(kind, GATEWAY_NAMESPACE)).map(({ metadata }) => `${kind} ${metadata.name}`),
      ),
    );
    return lists.flat().sort();
  };
  const SHARED = ["EnvoyFilter oda-api", "RequestAuthentication oda-api"];
  const patchFilter = (name: string): Promise<unknown> =>
    cluster.patch("EnvoyFilter", name, { spec: { configPatches: [] } }, undefined, GATEWAY_NAMESPACE);
  const untilPutBack = (name: string): Promise<unknown> =>
    until(`EnvoyFilter ${name} is put back`, async () => {
      const patches = (await cluster.get("EnvoyFilter", name, undefined, GATEWAY_NAMESPACE))?.spec[
        "configPatches"
      ];
      return Array.isArray(patches) && patches.length > 0;
    });

  it("are a problem of just the APIs that need the namespace of the gateway, until it is there", async () => {
    await cluster.create(annotated(exposedApi("guarded", limited), jwt("keycloak")));
    const object = await untilCondition(cluster, "guarded", "Reconciled", "NamespaceMissing");
    const message = conditionOf(object, "Reconciled")?.message ?? "";
    assert.match(message, /^what all APIs share at the gateway: .*istio-ingress/);
    assert.equal(await cluster.get("VirtualService", "guarded"), undefined);

    await cluster.clients.core.createNamespace({ body: { metadata: { name: GATEWAY_NAMESPACE } } });
    await untilApplied(cluster, "guarded", "/guarded/v4");
  });

  it("are objects of the API beside what all APIs share", async () => {
    assert.deepEqual(await atGateway(), [
      "AuthorizationPolicy components.guarded.jwt",
      "EnvoyFilter components.guarded",
      ...SHARED,
    ]);
    const object = await cluster.get("ExposedAPI", "guarded");
    assert.equal(conditionOf(object, "PoliciesEnforced")?.reason, "NotSupported");
    assert.match(
      conditionOf(object, "PoliciesEnforced")?.message ?? "",
      /^gateway istio does not enforce oda\.tmforum\.org\/mtls; .* Service components\/guarded-svc has no selector/,
    );
  });

  it("follow the selector of the Service, and are enforced as soon as there is one", async () => {
    await cluster.clients.core.createNamespacedService({
      namespace: NAMESPACE,
      body: {
        metadata: { name: "guarded-svc" },
        spec: { selector: { app: "guarded" }, ports: [{ port: 8080 }] },
      },
    });
    await untilCondition(cluster, "guarded", "PoliciesEnforced", "AllEnforced");
    const policy = await cluster.get("PeerAuthentication", "guarded");
    assert.deepEqual(policy?.spec["selector"], { matchLabels: { app: "guarded" } });
  });

  it("come back when they are edited or deleted by hand in the gateway's namespace", async () => {
    const runs = await watcher.runs();
    await patchFilter("components.guarded");
    await untilPutBack("components.guarded");
    await until("an Event tells of it", () => cluster.eventMessage("guarded", "DriftCorrected"));
    assert.equal(await watcher.runs(), runs + 1);

    await cluster.delete("AuthorizationPolicy", "components.guarded.jwt", undefined, GATEWAY_NAMESPACE);
    await until("it is made again", () =>
      cluster.get("AuthorizationPolicy", "components.guarded.jwt", undefined, GATEWAY_NAMESPACE),
    );
    await until("both are corrected", async () => (await watcher.metric("oda_drift_total")) === 2);
  });

  it("keep what all APIs share as it is, too", async () => {
    const runs = await watcher.runs();
    await patchFilter("oda-api");
    await untilPutBack("oda-api");
    await until("the run is over", async () => (await watcher.runs()) === runs + 1);
    await cluster.delete("RequestAuthentication", "oda-api", undefined, GATEWAY_NAMESPACE);
    await until("it is made again", () =>
      cluster.get("RequestAuthentication", "oda-api", undefined, GATEWAY_NAMESPACE),
    );
    await until("both are corrected", async () => (await watcher.metric("oda_drift_total")) === 4);
  });

  it("go with the fields that asked for them", async () => {
    await cluster.patch("ExposedAPI", "guarded", { spec: { rateLimit: null } });
    await cluster.patch("ExposedAPI", "guarded", jwt("none"));
    // Its route still says that it takes no notice of tokens.
    await until("the policies are gone", async () => {
      const left = await atGateway();
      return left.join() === ["EnvoyFilter components.guarded", ...SHARED].join();
    });
    await until("the filter only has the one patch", async () => {
      const filter = await cluster.get("EnvoyFilter", "components.guarded", undefined, GATEWAY_NAMESPACE);
      return (filter?.spec["configPatches"] as unknown[] | undefined)?.length === 1;
    });
  });

  it("that are locked hold whatever the object asks, which is told", async () => {
    await cluster.patch("ExposedAPI", "guarded", {
      metadata: { annotations: { "oda.tmforum.org/mtls": "strict" } },
    });
    const object = await untilCondition(cluster, "guarded", "PoliciesEnforced", "Locked");
    assert.match(conditionOf(object, "PoliciesEnforced")?.message ?? "", /oda\.tmforum\.org\/mtls/);
    assert.equal(conditionOf(object, "Reconciled")?.status, "True");
    const policy = await cluster.get("PeerAuthentication", "guarded");
    assert.deepEqual(policy?.spec["mtls"], { mode: "PERMISSIVE" });
    await until("an Event tells of it", () => cluster.eventMessage("guarded", "Locked"));
  });

  it("are removed with the API, and what all APIs share stays", async () => {
    await cluster.delete("ExposedAPI", "guarded");
    await untilGone(cluster, "ExposedAPI", "guarded");
    assert.deepEqual(await atGateway(), SHARED);
    assert.equal(await cluster.get("PeerAuthentication", "guarded"), undefined);
  });

  it("are still kept by the next watcher, without a run where nothing has changed", async () => {
    await cluster.create({ ...exposedApi("kept", limited) });
    await untilApplied(cluster, "kept", "/kept/v4");
    const lastRun = async (): Promise<unknown> =>
      ((await cluster.get("ExposedAPI", "kept"))?.status?.["stack"] as Record<string, unknown>)["lastRun"];
    const before = await lastRun();
    await watcher.stop();
    await patchFilter("oda-api");
    watcher = await cluster.startWatcher({ ODA_PLATFORM: join(cluster.stateDir, "platform.yaml") }).ready();
    await untilPutBack("oda-api");
    await until("the run is over", async () => (await watcher.runs()) > 0);
    assert.equal(await lastRun(), before);
  });

  it("are changed at the gateway by the next watcher where the platform file has, though no API needs them", async () => {
    await cluster.delete("ExposedAPI", "kept");
    await untilGone(cluster, "ExposedAPI", "kept");
    await watcher.stop();
    const file = join(cluster.stateDir, "other.yaml");
    watcher = await cluster.startWatcher({ ODA_PLATFORM: join(cluster.stateDir, "platform.yaml") }).ready();
    await cluster.create(exposedApi("plain"));
    await untilApplied(cluster, "plain", "/plain/v4");
    assert.equal(await watcher.runs(), 1, "nothing has changed at the gateway");
    await cluster.delete("ExposedAPI", "plain");
    await untilGone(cluster, "ExposedAPI", "plain");
    await watcher.stop();
    writeFileSync(file, "locked: [mtls]");
    watcher = await cluster.startWatcher({ ODA_PLATFORM: file }).ready();
    await until("no token is verified any more", async () => (await atGateway()).join() === SHARED[0]);
    await until("the run is over", async () => (await watcher.runs()) > 0);
  });

  describe("whose paths overlap", () => {
    it("say so on both sides, and leave the longer path to the API that has it", async () => {
      await cluster.create(exposedApi("outer", { path: "/shop" }));
      await untilApplied(cluster, "outer", "/shop");
      await cluster.create(exposedApi("inner", { path: "/shop/v2" }));
      const outer = await untilCondition(cluster, "outer", "RouteDistinct", "PathOverlap");
      const inner = await untilCondition(cluster, "inner", "RouteDistinct", "PathOverlap");
      assert.match(
        conditionOf(outer, "RouteDistinct")?.message ?? "",
        /^requests for \/shop\/v2 go to ExposedAPI components\/inner, and the others for \/shop come here; /,
      );
      assert.match(
        conditionOf(inner, "RouteDistinct")?.message ?? "",
        /^requests for \/shop\/v2 come here, and the others for \/shop go to ExposedAPI components\/outer; /,
      );
      for (const name of ["outer", "inner"]) {
        await until(`an Event tells ${name}`, () => cluster.eventMessage(name, "PathOverlap"));
      }
      await until("the route leaves the longer path out", async () => {
        const route = await cluster.get("VirtualService", "outer");
        return JSON.stringify(route?.spec["http"]).includes("/shop/v2");
      });
    });

    it("say nothing any more once one of them is gone", async () => {
      await cluster.delete("ExposedAPI", "inner");
      await untilGone(cluster, "ExposedAPI", "inner");
      await until("the route has all of its path again", async () => {
        const route = await cluster.get("VirtualService", "outer");
        return !JSON.stringify(route?.spec["http"]).includes("/shop/v2");
      });
      await until("the condition is gone", async () => {
        const outer = await cluster.get("ExposedAPI", "outer");
        return (
          conditionOf(outer, "Reconciled")?.status === "True" &&
          conditionOf(outer, "RouteDistinct") === undefined
        );
      });
    });
  });
});
