import assert from "node:assert/strict";
import { defaultIstioSettings } from "../../components";
import { type LiveObject } from "../../watcher/drift/liveObject";
import { ClusterAddresses } from "../../watcher/gatewayAddresses";
import { createLogger } from "../../watcher/logger";
import { azure, whalecloud } from "./gateways";

const service = (ip: string, ports: { name: string; port: number }[] = []) => ({
  metadata: { namespace: "istio-ingress", name: "gateway" },
  spec: { ports },
  status: { loadBalancer: { ingress: [{ ip }] } },
});
const ingress = (spec: object, ip?: string): LiveObject => ({
  spec,
  status: { loadBalancer: { ingress: ip === undefined ? [] : [{ ip }] } },
});

describe("the addresses of gateways", () => {
  let addresses: ClusterAddresses;
  beforeEach(() => {
    addresses = new ClusterAddresses(undefined, createLogger("error"));
  });

  it("are that of the Service for Istio, that of the Ingress for WhaleCloud, and none for Azure", () => {
    addresses.servicesChanged([service("10.0.0.1")]);
    addresses.ingressChanged("components/apig", ingress({ rules: [{ host: "apig.example.com" }] }));
    assert.deepEqual(addresses.of(defaultIstioSettings), { host: "10.0.0.1" });
    assert.deepEqual(addresses.of(whalecloud), { host: "apig.example.com", scheme: "http" });
    assert.equal(addresses.of(azure), undefined);
  });

  const ingresses: readonly (readonly [string, LiveObject, object | undefined])[] = [
    [
      "with a certificate, over https",
      ingress({ rules: [{ host: "a.example.com" }], tls: [{ secretName: "a" }] }),
      { host: "a.example.com", scheme: "https" },
    ],
    [
      "without a host, at its address",
      ingress({ rules: [{}] }, "10.0.0.7"),
      { host: "10.0.0.7", scheme: "http" },
    ],
    [
      "for any host of a domain, at its address",
      ingress({ rules: [{ host: "*.example.com" }] }, "10.0.0.7"),
      { host: "10.0.0.7", scheme: "http" },
    ],
    ["without either, nowhere", ingress({}), undefined],
    ["of another shape, nowhere", ingress({ rules: "x", tls: 5 }), undefined],
  ];
  for (const [what, live, expected] of ingresses) {
    it(`are, of an Ingress ${what}`, () => {
      addresses.ingressChanged("components/apig", live);
      assert.deepEqual(addresses.of(whalecloud), expected);
    });
  }

  it("say which Ingress has none", () => {
    assert.match(addresses.problem(whalecloud).message, /^Ingress components\/apig, .* does not exist/);
    addresses.ingressChanged("components/apig", ingress({}));
    assert.match(
      addresses.problem(whalecloud).message,
      /^Ingress components\/apig, .* has no host name and no address/,
    );
    assert.match(addresses.problem(defaultIstioSettings).message, /^no Service is labelled/);
  });

  it("tell what is new, and nothing else", () => {
    const host = ingress({ rules: [{ host: "a.example.com" }] });
    assert.equal(addresses.ingressChanged("components/apig", host), true);
    assert.equal(addresses.ingressChanged("components/apig", host), false);
    assert.equal(addresses.ingressChanged("components/apig", undefined), true);
    assert.equal(addresses.servicesChanged([service("10.0.0.1")]), true);
    assert.equal(addresses.servicesChanged([service("10.0.0.1")]), false);
    const withTls = service("10.0.0.1", [{ name: "https", port: 8443 }]);
    assert.equal(addresses.servicesChanged([withTls]), true);
    assert.equal(addresses.servicesChanged([]), true);
    assert.equal(addresses.servicesChanged([]), false);
  });

  it("take the port that speaks the scheme, for gateways outside the cluster", () => {
    const ports = [
      { name: "http2", port: 80 },
      { name: "https", port: 8443 },
    ];
    addresses.servicesChanged([service("10.0.0.1", ports)]);
    assert.equal(addresses.endpoint("http"), "http://10.0.0.1");
    assert.equal(addresses.endpoint("https"), "https://10.0.0.1:8443");
    addresses.servicesChanged([]);
    assert.equal(addresses.endpoint("http"), undefined);
  });
});
