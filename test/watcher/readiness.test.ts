import assert from "node:assert/strict";
import { type V1Endpoint, type V1EndpointSlice } from "@kubernetes/client-node";
import { ReadinessIndex, serviceOf } from "../../watcher/readiness";

const SERVICE = "components/r1-prodcatapi";

function slice(name: string, ...endpoints: readonly Partial<V1Endpoint>[]): V1EndpointSlice {
  return {
    addressType: "IPv4",
    metadata: {
      name,
      namespace: "components",
      labels: { "kubernetes.io/service-name": "r1-prodcatapi" },
    },
    endpoints: endpoints.map((endpoint) => ({ addresses: ["10.1.0.1"], ...endpoint })),
  };
}

const ready = { conditions: { ready: true, serving: true, terminating: false } };
const terminating = { conditions: { ready: false, serving: true, terminating: true } };

describe("ReadinessIndex", () => {
  let index: ReadinessIndex;

  beforeEach(() => {
    index = new ReadinessIndex();
  });

  it("knows no Service that has no slices to be ready", () => {
    assert.equal(index.isReady(SERVICE), false);
  });

  it("takes one ready endpoint for enough", () => {
    index.set(slice("a", terminating, ready));
    assert.equal(index.isReady(SERVICE), true);
  });

  it("does not send traffic to Pods that are not ready or on their way out", () => {
    index.set(slice("a", { conditions: { ready: false } }, terminating));
    assert.equal(index.isReady(SERVICE), false);
  });

  it("takes an endpoint that says nothing of it for ready, as the API reference has it", () => {
    for (const endpoint of [{}, { conditions: {} }]) {
      index = new ReadinessIndex();
      index.set(slice("a", endpoint));
      assert.equal(index.isReady(SERVICE), true);
    }
  });

  it("takes a slice without endpoints, whose list may be null, for not ready", () => {
    index.set(Object.assign(slice("a"), { endpoints: null }));
    assert.equal(index.isReady(SERVICE), false);
    index.set(slice("a"));
    assert.equal(index.isReady(SERVICE), false);
  });

  it("takes a Service for ready when any of its slices is, be it of IPv4 or IPv6", () => {
    index.set(slice("ipv4", { conditions: { ready: false } }));
    index.set(Object.assign(slice("ipv6", ready), { addressType: "IPv6" }));
    assert.equal(index.isReady(SERVICE), true);
  });

  it("does not count an endpoint that ends, although its Service publishes addresses that are not ready", () => {
    index.set(slice("a", { conditions: { ready: true, serving: true, terminating: true } }));
    assert.equal(index.isReady(SERVICE), false);
    index.set(slice("a", { conditions: { terminating: true } }));
    assert.equal(index.isReady(SERVICE), false);
  });

  it("tells of a Service only when it becomes ready or stops being so", () => {
    assert.deepEqual(index.set(slice("a", { conditions: { ready: false } })), []);
    assert.deepEqual(index.set(slice("a", ready)), [SERVICE]);
    assert.deepEqual(index.set(slice("a", ready, ready)), []);
    assert.deepEqual(index.set(slice("b", ready)), []);
    assert.deepEqual(index.set(slice("a", terminating)), []);
    assert.deepEqual(index.set(slice("b", terminating)), [SERVICE]);
    assert.deepEqual(index.set(slice("b", terminating)), []);
  });

  it("tells of nothing in a storm of events that leaves every Service as it is", () => {
    index.set(slice("a", ready));
    for (let event = 0; event < 10_000; event++) {
      const changes = index.set(slice(`b-${event % 100}`, event % 2 === 0 ? ready : terminating));
      assert.equal(changes.length, 0);
    }
  });

  it("tells of both Services when a slice goes from one to the other", () => {
    index.set(slice("a", ready));
    const moved = slice("a", ready);
    moved.metadata!.labels = { "kubernetes.io/service-name": "r1-orders" };

    assert.deepEqual(index.set(moved), ["components/r1-orders", SERVICE]);
    assert.deepEqual([index.isReady(SERVICE), index.isReady("components/r1-orders")], [false, true]);
    moved.metadata!.labels = {};
    assert.deepEqual(index.set(moved), ["components/r1-orders"]);
  });

  it("tells of a Service whose last ready slice is removed", () => {
    index.set(slice("a", ready));
    index.set(slice("b", ready));

    assert.deepEqual(index.remove(slice("a")), []);
    assert.deepEqual(index.remove(slice("b")), [SERVICE]);
    assert.equal(index.isReady(SERVICE), false);
    assert.deepEqual(index.remove(slice("b")), []);
  });

  it("keeps Services of one name in two namespaces apart", () => {
    const elsewhere = slice("a", ready);
    Object.assign(elsewhere.metadata!, { namespace: "other" });
    index.set(elsewhere);

    assert.equal(index.isReady(SERVICE), false);
    assert.equal(index.isReady("other/r1-prodcatapi"), true);
  });

  it("leaves slices of no Service alone", () => {
    const orphan = slice("a", ready);
    Object.assign(orphan.metadata!, { labels: {} });

    assert.equal(serviceOf(orphan), undefined);
    assert.deepEqual(index.set(orphan), []);
    assert.deepEqual(index.remove(orphan), []);
  });
});
