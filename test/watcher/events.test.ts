import assert from "node:assert/strict";
import { mock } from "node:test";
import { type CoreV1Event } from "@kubernetes/client-node";
import { EventRecorder } from "../../watcher/events";
import { createClients, type Clients } from "../../watcher/kube/client";
import { type ApiObject } from "../../watcher/kube/objects";
import { createLogger } from "../../watcher/logger";
import { useClock } from "../support/clock";
import { eventually } from "../support/eventually";
import { KubernetesServer } from "../support/kubernetesServer";
import { apis, exposedApis } from "./examples";

const object: ApiObject = {
  metadata: { name: "a", namespace: "components", uid: "uid-a", resourceVersion: "7" },
};
const another: ApiObject = { metadata: { name: "a", namespace: "components", uid: "uid-b" } };
const applied = { type: "Normal", reason: "Applied", message: "stack components.a is up to date" } as const;
const MINUTES = 60_000;
const EVENTS = "/api/v1/namespaces/components/events";

describe("EventRecorder", () => {
  const clock = useClock(Date.UTC(2026, 0, 1));
  let server: KubernetesServer;
  let clients: Clients;
  const log = createLogger("error");
  let warnings: { mock: { callCount(): number } };

  beforeEach(async () => {
    server = await KubernetesServer.start();
    clients = createClients(server.kubeConfig);
    warnings = mock.method(log, "warn", () => undefined);
  });
  afterEach(async () => {
    mock.restoreAll();
    await server.close();
  });

  /** The Events the server has, once there are this many. */
  async function events(count: number): Promise<readonly CoreV1Event[]> {
    await eventually(`${count} events`, () => server.bodies.length >= count);
    return server.bodies as unknown as CoreV1Event[];
  }

  it("writes an Event that could not be written once it comes up again", async () => {
    const recorder = new EventRecorder(clients, log);
    server.fail(503);
    recorder.record(exposedApis, object, applied);
    await eventually("the failure is told", () => warnings.mock.callCount() === 1);

    recorder.record(exposedApis, object, applied);
    assert.equal((await events(1))[0]?.reason, "Applied");
  });

  it("writes an Event of the object into its namespace", async () => {
    new EventRecorder(clients, log).record(exposedApis, object, applied);

    const [event] = await events(1);
    assert.deepEqual(server.requests, ["POST /api/v1/namespaces/components/events"]);
    assert.deepEqual(event, {
      metadata: { generateName: "a.", namespace: "components" },
      involvedObject: {
        apiVersion: "oda.tmforum.org/v1",
        kind: "ExposedAPI",
        name: "a",
        namespace: "components",
        uid: "uid-a",
        resourceVersion: "7",
      },
      type: "Normal",
      reason: "Applied",
      message: "stack components.a is up to date",
      source: { component: "oda-api-watcher" },
      firstTimestamp: "2026-01-01T00:00:00.000Z",
      lastTimestamp: "2026-01-01T00:00:00.000Z",
      count: 1,
    });
  });

  it("names the kind as the cluster does", async () => {
    new EventRecorder(clients, log).record(apis, object, applied);

    const [event] = await events(1);
    assert.equal(event?.involvedObject.kind, "api");
    assert.equal(event.involvedObject.apiVersion, "oda.tmforum.org/v1beta3");
  });

  it("does not say the same of one object again for ten minutes", async () => {
    const recorder = new EventRecorder(clients, log);
    recorder.record(exposedApis, object, applied);
    await clock.advance(10 * MINUTES - 1);
    recorder.record(exposedApis, object, applied);
    await clock.advance(1);
    recorder.record(exposedApis, object, applied);
    recorder.record(exposedApis, object, applied);
    recorder.record(exposedApis, object, { ...applied, message: "the end" });

    const times = (await events(3)).map(
      ({ message, firstTimestamp }) => `${message ?? ""} ${String(firstTimestamp)}`,
    );
    assert.deepEqual(times.sort(), [
      "stack components.a is up to date 2026-01-01T00:00:00.000Z",
      "stack components.a is up to date 2026-01-01T00:10:00.000Z",
      "the end 2026-01-01T00:10:00.000Z",
    ]);
  });

  it("says the same again once something else was said", async () => {
    const recorder = new EventRecorder(clients, log);
    const missing = { type: "Warning", reason: "ServiceMissing", message: "no Service" } as const;
    for (const event of [missing, applied, missing]) recorder.record(exposedApis, object, event);

    assert.deepEqual(
      (await events(3)).map(({ reason }) => reason),
      ["ServiceMissing", "Applied", "ServiceMissing"],
    );
  });

  it("counts the latest Event that is said again, with at most one write a minute", async () => {
    const recorder = new EventRecorder(clients, log);
    const name = "a.1";
    mock.method(clients.core, "createNamespacedEvent", () => Promise.resolve({ metadata: { name } }));
    server.put(EVENTS, { metadata: { name, namespace: "components" } });
    recorder.record(exposedApis, object, applied);
    await clock.advance(1000);
    for (let again = 0; again < 100; again++) recorder.record(exposedApis, object, applied);
    assert.deepEqual(await events(1), [{ count: 101, lastTimestamp: "2026-01-01T00:00:01.000Z" }]);

    await clock.advance(MINUTES);
    recorder.record(exposedApis, object, applied);
    assert.deepEqual((await events(2))[1], { count: 102, lastTimestamp: "2026-01-01T00:01:01.000Z" });
    assert.deepEqual(server.requests, Array(2).fill(`PATCH ${EVENTS}/${name}`));
  });

  it("does not flood: of one object it says twenty things in ten minutes", async () => {
    const recorder = new EventRecorder(clients, log);
    const alternate = (times: number) => {
      for (let time = 0; time < times; time++) {
        recorder.record(exposedApis, object, { ...applied, message: time % 2 === 0 ? "one" : "other" });
      }
    };
    alternate(1000);
    await events(20);
    recorder.record(exposedApis, another, applied);
    await events(21);
    await clock.advance(10 * MINUTES);
    alternate(1);
    await events(22);
    assert.equal(server.bodies.length, 22);
  });

  it("says the same of another object, and something else of the same", async () => {
    const recorder = new EventRecorder(clients, log);
    recorder.record(exposedApis, object, applied);
    recorder.record(exposedApis, another, applied);
    recorder.record(exposedApis, object, { ...applied, reason: "Removed" });

    assert.equal((await events(3)).length, 3);
  });

  it("cuts a message to what the API server takes", async () => {
    new EventRecorder(clients, log).record(exposedApis, object, { ...applied, message: "x".repeat(5000) });

    const [event] = await events(1);
    assert.equal(event?.message?.length, 1024);
    assert.ok(event.message.endsWith("…"));
  });

  it("logs an Event that cannot be written, and goes on", async () => {
    server.fail(403);
    const recorder = new EventRecorder(clients, log);
    recorder.record(exposedApis, object, applied);
    await eventually("the failure is logged", () => warnings.mock.callCount() === 1);

    recorder.record(exposedApis, object, { ...applied, reason: "Removed" });
    assert.equal((await events(1)).length, 1);
  });
});
