import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { platformObjects } from "../../components";
import { serveImplementation, type LoopbackServer, type Manifest } from "../../dev/dataPlane";
import { until } from "../../dev/until";
import { WatcherProcess } from "../../dev/watcherProcess";
import { exposedApiManifest, manifestOf, serviceEntry } from "./support/manifests";
import { Traffic } from "./support/traffic";
import { NAMESPACE, useWorld } from "./support/world";

describe("What the watcher makes of an ExposedAPI, at a real Istio gateway", function () {
  this.timeout(120_000);
  const implementations: LoopbackServer[] = [];
  let dir = "";
  let watcher: WatcherProcess | undefined;

  const world = useWorld(async () => {
    await watcher?.stop();
    await Promise.all(implementations.map((server) => server.close()));
    const { objects, settings } = world();
    await objects.delete([exposedApi("served", {}), exposedApi("inner", {})]);
    await objects.apply(platformObjects(settings).map(manifestOf));
    rmSync(dir, { recursive: true, force: true });
  });
  const traffic = new Traffic(world);

  before(async () => {
    const { toolchain, controlPlane, objects, platformFile, settings } = world();
    dir = mkdtempSync(join(tmpdir(), "oda-api-dataplane-"));
    // What all APIs share is the watcher's to make, too.
    await objects.delete(platformObjects(settings).map(manifestOf));
    writeFileSync(join(dir, "platform.yaml"), platformFile);
    watcher = await WatcherProcess.start(toolchain, {
      KUBECONFIG: await controlPlane.kubeconfigFor("watcher"),
      ODA_STATE_DIR: join(dir, "state"),
      ODA_PLATFORM: join(dir, "platform.yaml"),
    }).ready();
    for (const name of ["served", "inner"]) {
      const server = await serveImplementation(name);
      implementations.push(server);
      await objects.apply([serviceEntry(NAMESPACE, name, server.port)]);
    }
  });

  /** The object of an API as its owner writes it. */
  function exposedApi(
    name: string,
    spec: Readonly<Record<string, unknown>>,
    annotations: Readonly<Record<string, string>> = {},
  ): Manifest {
    return exposedApiManifest({ name, namespace: NAMESPACE, annotations }, spec);
  }

  const write = (...args: Parameters<typeof exposedApi>): Promise<void> =>
    world().objects.apply([exposedApi(...args)], "owner");

  const takesTokens = { "oda.tmforum.org/jwt": "staff" };
  const policies = {
    rateLimit: { enabled: true, limit: "3", interval: "pm" },
    CORS: { enabled: true, allowOrigins: "https://app.example.com" },
  };

  it("enforces its policies", async () => {
    await write("served", policies, takesTokens);
    await traffic.until(403, "/served");
    const headers = world().issuers.staff.bearer();
    await traffic.until(429, "/served", { headers, from: "127.0.0.250" });
    assert.deepEqual(
      await traffic.statuses(4, "/served", { headers, from: "127.0.0.2" }),
      [200, 200, 200, 429],
    );
    const origin = "https://app.example.com";
    await traffic.untilHeader("access-control-allow-origin", origin, "/served", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "GET" },
    });
  });

  it("has a policy again that somebody deletes", async () => {
    const { objects, dataPlane } = world();
    const policy: Manifest = {
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: `${NAMESPACE}.served.jwt`, namespace: dataPlane.workload.namespace },
    };
    const uid = await objects.uidOf(policy);
    await objects.delete([policy]);
    await until("there is another", async () => ![undefined, uid].includes(await objects.uidOf(policy)));
    await traffic.until(403, "/served", { from: "127.0.0.4" });
  });

  it("gives a longer path to the API that has it, although it is younger", async () => {
    await write("inner", { path: "/served/inner" });
    await traffic.untilAnsweredBy("inner", "/served/inner/x", { from: "127.0.0.5" });
    assert.equal(await traffic.status("/served/other", { from: "127.0.0.5" }), 403);
  });

  it("enforces no longer what the object no longer asks for", async () => {
    await write("served", {}, { "oda.tmforum.org/jwt": "none" });
    const request = { from: "127.0.0.6", headers: world().issuers.stranger.bearer() };
    await traffic.until(200, "/served", request);
    await traffic.untilHeader("x-ratelimit-limit", undefined, "/served", request);
    assert.ok((await traffic.statuses(10, "/served", request)).every((status) => status === 200));
  });

  it("is gone with it", async () => {
    await world().objects.delete([exposedApi("inner", {}), exposedApi("served", {})]);
    await traffic.until(404, "/served");
    await traffic.until(404, "/served/inner");
  });
});
