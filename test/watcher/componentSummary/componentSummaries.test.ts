import assert from "node:assert/strict";
import { mock } from "node:test";
import { ComponentSummaries } from "../../../watcher/componentSummary";
import { createClients } from "../../../watcher/kube/client";
import { type ApiObject } from "../../../watcher/kube/objects";
import { createLogger } from "../../../watcher/logger";
import { Metrics } from "../../../watcher/metrics";
import { type Json } from "../../spec/examples";
import { useClock } from "../../support/clock";
import { eventually } from "../../support/eventually";
import { KubernetesServer } from "../../support/kubernetesServer";
import { announced, api, component, entry, type Variation } from "./examples";

const COMPONENTS = "/apis/oda.tmforum.org/v1/namespaces/components/components";
const GROUP = "/apis/oda.tmforum.org/v1";

const keyOf = (name: string): string => `exposedapis/components/${name}`;

describe("The writer of summaries", () => {
  const clock = useClock();
  const log = createLogger("error");
  let server: KubernetesServer;
  let summaries: ComponentSummaries;
  let metrics: Metrics;
  let apis: Map<string, ApiObject>;
  let logged: string[];

  beforeEach(async () => {
    server = await KubernetesServer.start();
    apis = new Map();
    logged = [];
    for (const level of ["debug", "warn", "error"] as const) {
      mock.method(log, level, ({ key }: { readonly key?: string }, message: string) => {
        logged.push([`${level}: ${message}`, ...(key === undefined ? [] : [key])].join(" "));
      });
    }
    metrics = new Metrics(() => 0);
    summaries = new ComponentSummaries({
      config: server.kubeConfig,
      clients: createClients(server.kubeConfig),
      log,
      metrics,
      namespaces: ["components"],
      api: (key) => apis.get(key),
    });
  });
  afterEach(async () => {
    mock.restoreAll();
    await summaries.stop();
    await server.close();
  });

  /** Has the cluster serve Components. */
  function serve(...names: readonly string[]): void {
    server.answers.set("/apis", { groups: [{ name: "oda.tmforum.org", versions: [{ version: "v1" }] }] });
    const resources = ["exposedapis", ...names].map((name) => ({ name, kind: "Component" }));
    server.answers.set(GROUP, { resources });
  }
  async function follow(...names: readonly string[]): Promise<void> {
    serve("components", ...names);
    await summaries.start();
    await eventually("Components are watched", () => server.watching === 1);
  }
  function change(name: string, variation: Variation = {}): void {
    apis.set(keyOf(name), api(name, variation));
    summaries.apiChanged(keyOf(name), api(name, variation));
  }
  function remove(name: string): void {
    apis.delete(keyOf(name));
    summaries.apiRemoved(keyOf(name));
  }
  const put = (status?: Json): unknown => server.put(COMPONENTS, component(status));
  const stored = (): unknown => server.get(COMPONENTS, "components", "shop")?.status;
  const writes = (): number => server.requests.filter((request) => request.startsWith("PATCH")).length;
  const written = (times: number): Promise<unknown> =>
    eventually(`there are ${times} writes`, () => writes() === times);
  /** Lets the informer tell of the Component as it is now, and the look at it begin. */
  const gathered = async (): Promise<void> => {
    await clock.advance(0);
    await clock.advance(100);
  };
  const becomes = (status: Json): Promise<unknown> =>
    eventually(`the status is ${JSON.stringify(status)}, not ${JSON.stringify(stored())}`, async () => {
      await gathered();
      return JSON.stringify(stored()) === JSON.stringify(status);
    });

  it("tells a Component of the APIs there are, and of each change", async () => {
    put();
    change("catalog");
    await follow();
    await becomes({ coreAPIs: [entry("catalog")] });

    change("catalog", { ready: false });
    change("metrics", { segment: "managementFunction" });
    await becomes({ coreAPIs: [entry("catalog", { ready: false })], managementAPIs: [entry("metrics")] });

    remove("metrics");
    await becomes({ coreAPIs: [entry("catalog", { ready: false })], managementAPIs: [] });
    assert.equal((await metrics.componentStatusWrites.get()).values[0]?.value, 3);
    assert.deepEqual(logged, []);
  });

  it("writes the lists that differ, at the version that it read, and nothing where all is said", async () => {
    put({ coreAPIs: [announced("catalog")], securityAPIs: [announced("other")], summary: "x" });
    change("catalog");
    await follow();
    await becomes({ coreAPIs: [entry("catalog")], securityAPIs: [announced("other")], summary: "x" });

    assert.deepEqual(server.bodies, [
      { metadata: { resourceVersion: "1" }, status: { coreAPIs: [entry("catalog")] } },
    ]);
    assert.ok(server.requests.includes(`PATCH ${COMPONENTS}/shop?fieldManager=oda-api-watcher`));
    change("catalog");
    await gathered();
    assert.equal(writes(), 1);
  });

  it("writes through the status subresource, where there is one", async () => {
    put();
    change("catalog");
    await follow("components/status");
    await becomes({ coreAPIs: [entry("catalog")] });

    assert.ok(server.requests.includes(`PATCH ${COMPONENTS}/shop/status?fieldManager=oda-api-watcher`));
  });

  it("gathers a burst of changes into one write", async () => {
    put();
    await follow();
    await gathered();
    for (let round = 0; round < 4; round++) {
      for (let api = 0; api < 50; api++) change(`api-${api}`, { ready: round === 3 });
    }
    assert.equal(writes(), 0);
    await gathered();
    await written(1);

    const { coreAPIs } = stored() as { coreAPIs: Json[] };
    assert.equal(coreAPIs.length, 50);
    assert.ok(coreAPIs.every(({ ready }) => ready === true));
  });

  it("looks again after somebody else was faster, and loses neither's change", async () => {
    put();
    await follow();
    server.fail(409);
    change("catalog");
    await gathered();
    await written(1);
    put({ coreAPIs: [announced("party")], securityAPIs: [announced("other")] });

    await becomes({
      coreAPIs: [announced("party"), entry("catalog")],
      securityAPIs: [announced("other")],
    });
    assert.deepEqual(logged, ["debug: summary was overtaken components/components/shop"]);
  });

  it("loses nothing while the component operator writes the same lists all the time", async () => {
    put();
    await follow();
    for (let round = 0; round < 30; round++) {
      change(`ours-${round}`);
      const { coreAPIs = [] } = (stored() ?? {}) as { coreAPIs?: Json[] };
      const reset = coreAPIs.map((one) => ({ ...one, ready: false }));
      put({ coreAPIs: [...reset, announced(`theirs-${round}`)], round });
      await gathered();
    }
    await eventually("every entry is there and ready", async () => {
      await clock.advance(1000);
      const { coreAPIs } = stored() as { coreAPIs: Json[] };
      return coreAPIs.filter(({ ready }) => ready).length === 30 && coreAPIs.length === 60;
    });
    assert.equal((stored() as Json)["round"], 29);
  });

  it("brings back what was overwritten, though at a bounded pace", async () => {
    put();
    change("catalog");
    await follow();
    await becomes({ coreAPIs: [entry("catalog")] });
    const start = Date.now();
    for (let round = 0; round < 30; round++) {
      put({ coreAPIs: [announced("catalog")] });
      await becomes({ coreAPIs: [entry("catalog")] });
    }

    assert.equal(writes(), 31);
    assert.ok(Date.now() - start >= 10_000, `${Date.now() - start} ms`);
  });

  it("takes a Component that goes meanwhile for done", async () => {
    put();
    await follow();
    server.fail(404);
    change("catalog");
    await gathered();
    await written(1);
    server.remove(COMPONENTS, component());
    await clock.advance(60_000);

    assert.deepEqual(logged, []);
    assert.equal(writes(), 1);
  });

  it("tries again when a write is refused, without a last try", async () => {
    put();
    await follow();
    server.fail(500, 403, 500);
    change("catalog");
    await becomes({ coreAPIs: [entry("catalog")] });

    const failure = "error: cannot write the summary of a Component components/components/shop";
    assert.deepEqual(logged, [failure, failure, failure]);
  });

  it("writes nothing to a Component that is being deleted", async () => {
    server.put(COMPONENTS, {
      ...component(),
      metadata: Object.assign({}, component().metadata, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    });
    change("catalog");
    await follow();
    await gathered();

    assert.equal(writes(), 0);
  });

  it("tells a Component only of APIs that are its own: another of its name has other APIs", async () => {
    put();
    change("old", { owner: { name: "shop", uid: "uid-of-an-earlier-one" } });
    change("catalog");
    await follow();

    await becomes({ coreAPIs: [entry("catalog")] });
  });

  it("drops the entries of APIs that went while it was not there", async () => {
    put({ coreAPIs: [entry("gone"), announced("coming")] });
    await follow();

    await becomes({ coreAPIs: [announced("coming")] });
  });

  it("works in silence where the cluster has no Components, until it has", async () => {
    serve();
    change("catalog");
    change("gone");
    await summaries.start();
    remove("gone");
    assert.equal(server.watching, 0);

    put();
    serve("components");
    await clock.advance(5000);
    await becomes({ coreAPIs: [entry("catalog")] });
    assert.deepEqual(logged, []);
  });

  it("looks for Components again when that failed", async () => {
    serve("components");
    server.fail(500);
    await summaries.start();
    put();
    change("catalog");
    await clock.advance(5000);

    await becomes({ coreAPIs: [entry("catalog")] });
    assert.deepEqual(logged, ["debug: cannot look for Components"]);
  });

  it("waits at the end for the write under way, and begins no other", async () => {
    put();
    await follow();
    change("catalog");
    await gathered();
    change("later");
    await summaries.stop();
    const before = writes();
    await clock.advance(60_000);

    assert.equal(before, 1);
    assert.equal(writes(), 1);
    assert.deepEqual(stored(), { coreAPIs: [entry("catalog")] });
  });

  it("stops while it looks for Components", async () => {
    serve();
    await summaries.start();
    await summaries.stop();
    await clock.advance(600_000);
    assert.equal(server.requests.filter((request) => request === "GET /apis").length, 1);

    const starting = summaries.start();
    await starting;
    assert.equal(server.watching, 0);
  });
});
