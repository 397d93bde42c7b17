import assert from "node:assert/strict";
import { Gauge, Registry } from "prom-client";
import { startHealthServer, type HealthServer } from "../../watcher/health";

describe("the health server", () => {
  let registry: Registry;
  let waiting: string | undefined;
  let remark: string | undefined;
  let server: HealthServer;

  beforeEach(async () => {
    registry = new Registry();
    waiting = undefined;
    remark = undefined;
    server = await startHealthServer({
      host: "127.0.0.1",
      port: 0,
      registry,
      notReady: () => waiting,
      remark: () => remark,
    });
  });
  afterEach(() => server.close());

  async function get(path: string): Promise<{ status: number; type: string | null; text: string }> {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
    };
  }

  it("says that the process lives, also while it is not ready", async () => {
    waiting = "waiting for the caches";
    assert.deepEqual(await get("/healthz"), { status: 200, type: "text/plain", text: "ok\n" });
  });

  it("says whether it works, or else what it waits for", async () => {
    waiting = "waiting for the caches";
    assert.deepEqual(await get("/readyz"), {
      status: 503,
      type: "text/plain",
      text: "waiting for the caches\n",
    });
    waiting = undefined;
    assert.deepEqual(await get("/readyz"), { status: 200, type: "text/plain", text: "ok\n" });
  });

  it("says what is not as it was asked for, and is ready all the same", async () => {
    remark = "engine: the Pulumi CLI stands in";
    assert.deepEqual(await get("/readyz"), {
      status: 200,
      type: "text/plain",
      text: "ok\nengine: the Pulumi CLI stands in\n",
    });
  });

  it("gives the metrics in Prometheus' own format", async () => {
    new Gauge({ name: "answer", help: "The answer.", registers: [registry] }).set(42);

    const { status, type, text } = await get("/metrics");
    assert.equal(status, 200);
    assert.match(type ?? "", /^text\/plain; version=0\.0\.4/);
    assert.match(text, /^answer 42$/m);
  });

  it("tells a metric that cannot be collected", async () => {
    new Gauge({
      name: "broken",
      help: "Cannot be collected.",
      registers: [registry],
      collect: () => {
        throw new Error("out of order");
      },
    });

    const { status, text } = await get("/metrics");
    assert.equal(status, 500);
    assert.match(text, /out of order/);
  });

  it("names what there is to ask for", async () => {
    assert.deepEqual(await get("/"), {
      status: 404,
      type: "text/plain",
      text: "/healthz, /readyz, /metrics\n",
    });
  });

  it("does not start on a port that is taken", async () => {
    const nothing = (): undefined => undefined;
    const options = { host: "127.0.0.1", port: server.port, registry, notReady: nothing, remark: nothing };
    await assert.rejects(startHealthServer(options), { code: "EADDRINUSE" });
  });

  it("closes at once, whatever connections are open", async () => {
    await get("/healthz");
    await server.close();

    await assert.rejects(get("/healthz"));
  });
});
