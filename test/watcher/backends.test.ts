import assert from "node:assert/strict";
import { type BackendSource } from "../../components";
import { Backends } from "../../watcher/backends";
import { type LiveObject } from "../../watcher/drift/liveObject";

const KEY = "exposedapis/components/a";
const byIngress: BackendSource = { from: "ingress", scheme: "https", namespace: "components", name: "a" };
const byGateway: BackendSource = { from: "gateway", scheme: "http" };
const ingressAt = (...addresses: object[]): LiveObject => ({
  status: { loadBalancer: { ingress: addresses } },
});

describe("the way of a gateway outside the cluster to an API", () => {
  let ingress: LiveObject | null | undefined | "unreadable";
  let endpoint: string | undefined;
  let backends: Backends;

  beforeEach(() => {
    [ingress, endpoint] = [undefined, undefined];
    backends = new Backends(
      { ingress: () => ingress },
      { endpoint: () => endpoint, gatewayServices: ["istio-ingress/gateway"] },
    );
  });

  it("is what the settings say", () => {
    const source = { from: "settings", url: "https://cluster.example.com" } as const;
    assert.deepEqual(backends.of(KEY, source), { url: "https://cluster.example.com" });
  });

  it("is the address of its own Ingress, once there is one", () => {
    assert.equal(backends.of(KEY, byIngress), "NotYet");
    ingress = null;
    assert.deepEqual(backends.of(KEY, byIngress), {
      without: "Ingress components/a has no address",
    });
    ingress = ingressAt({});
    assert.deepEqual(backends.of(KEY, byIngress), {
      without: "Ingress components/a has no address",
    });
    ingress = ingressAt({ hostname: "lb.example.com" });
    assert.deepEqual(backends.of(KEY, byIngress), { url: "https://lb.example.com" });
    ingress = ingressAt({ ip: "2001:db8::1" });
    assert.deepEqual(backends.of(KEY, byIngress), { url: "https://[2001:db8::1]" });
  });

  it("is not known where Ingresses may not be read", () => {
    ingress = "unreadable";
    assert.deepEqual(backends.of(KEY, byIngress), {
      without: "Ingress components/a cannot be read",
    });
  });

  it("stays what it was while the address is gone, until the API is", () => {
    ingress = ingressAt({ ip: "10.0.0.1" });
    backends.of(KEY, byIngress);
    ingress = null;
    assert.deepEqual(backends.of(KEY, byIngress), { url: "https://10.0.0.1" });
    assert.deepEqual(backends.of(KEY, { ...byIngress, name: "b" }), {
      without: "Ingress components/b has no address",
    });
    backends.forget(KEY);
    assert.deepEqual(backends.of(KEY, byIngress), {
      without: "Ingress components/a has no address",
    });
  });

  it("is no text that a status has in place of an address", () => {
    for (const ip of ["a b", "x/../y", "", 5]) {
      ingress = ingressAt({ ip });
      const found = backends.of(KEY, byIngress);
      assert.ok(typeof found === "object" && ("without" in found || !found.url.includes("..")), String(ip));
    }
  });

  it("is the Service of the Istio gateway, whose name is told while it has no address", () => {
    assert.deepEqual(backends.of(KEY, byGateway), {
      without: "Service istio-ingress/gateway of the Istio gateway has no address",
    });
    endpoint = "http://10.0.0.1:8080";
    assert.deepEqual(backends.of(KEY, byGateway), { url: "http://10.0.0.1:8080" });
  });
});
