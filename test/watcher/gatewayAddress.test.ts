import assert from "node:assert/strict";
import { type V1LoadBalancerIngress, type V1Service, type V1ServicePort } from "@kubernetes/client-node";
import { gatewayAddress } from "../../watcher/gatewayAddress";

interface Gateway {
  readonly name?: string;
  readonly namespace?: string;
  readonly ingress?: readonly V1LoadBalancerIngress[];
  readonly ports?: readonly V1ServicePort[];
  readonly externalIPs?: readonly string[];
}

function service({ name = "gateway", namespace = "istio-ingress", ...gateway }: Gateway): V1Service {
  const { ingress, ports = [], externalIPs } = gateway;
  return {
    metadata: { name, namespace },
    spec: { ports: [...ports], ...(externalIPs === undefined ? {} : { externalIPs: [...externalIPs] }) },
    status: ingress === undefined ? {} : { loadBalancer: { ingress: [...ingress] } },
  };
}

const ip = [{ ip: "10.0.0.1" }];

describe("gatewayAddress", () => {
  it("is the IP address of the load balancer, or its host name", () => {
    assert.deepEqual(gatewayAddress([service({ ingress: ip })]), { host: "10.0.0.1" });
    assert.deepEqual(gatewayAddress([service({ ingress: [{ hostname: "lb.example.com" }] })]), {
      host: "lb.example.com",
    });
    assert.deepEqual(
      gatewayAddress([service({ ingress: [{ hostname: "lb.example.com", ip: "10.0.0.1" }] })]),
      {
        host: "10.0.0.1",
      },
    );
  });

  it("is that of the first ingress that has one", () => {
    const ingress = [{}, { ip: "", hostname: "" }, { hostname: "lb.example.com" }, { ip: "10.0.0.9" }];
    assert.deepEqual(gatewayAddress([service({ ingress })]), { host: "lb.example.com" });
  });

  it("is the first external IP address where there is no load balancer, with the port", () => {
    const externalIPs = ["192.0.2.1", "192.0.2.2"];
    const ports = [{ name: "http", port: 8080 }];
    assert.deepEqual(gatewayAddress([service({ externalIPs, ports })]), { host: "192.0.2.1", port: 8080 });
    assert.deepEqual(gatewayAddress([service({ externalIPs, ingress: [{ ip: "" }] })]), {
      host: "192.0.2.1",
    });
    assert.deepEqual(gatewayAddress([service({ externalIPs, ingress: ip })]), { host: "10.0.0.1" });
    assert.equal(gatewayAddress([service({ externalIPs: [] })]), undefined);
  });

  it("is not known while no Service has one", () => {
    assert.equal(gatewayAddress([]), undefined);
    assert.equal(gatewayAddress([service({})]), undefined);
    assert.equal(gatewayAddress([service({ ingress: [] }), service({ ingress: [{ ip: "" }] })]), undefined);
    assert.equal(gatewayAddress([{ metadata: {} }]), undefined);
  });

  for (const name of ["http", "http2"]) {
    it(`has the port named ${name}`, () => {
      const ports = [
        { name: "status-port", port: 15021 },
        { name, port: 8080 },
      ];
      assert.deepEqual(gatewayAddress([service({ ingress: ip, ports })]), { host: "10.0.0.1", port: 8080 });
    });
  }

  for (const port of [80, 443]) {
    it(`leaves port ${port} out, as URLs do`, () => {
      const ports = [{ name: "http2", port }];
      assert.deepEqual(gatewayAddress([service({ ingress: ip, ports })]), { host: "10.0.0.1" });
    });
  }

  it("does not take a port of another name", () => {
    const ports = [{ name: "https", port: 8443 }, { port: 9000 }];
    assert.deepEqual(gatewayAddress([service({ ingress: ip, ports })]), { host: "10.0.0.1" });
  });

  it("is that of the first Service by namespace and name, in whichever order they are seen", () => {
    const a = service({ namespace: "a", name: "z" });
    const b1 = service({ namespace: "b", name: "1", ingress: [{ ip: "10.0.0.2" }] });
    const b2 = service({ namespace: "b", name: "2", ingress: [{ ip: "10.0.0.3" }] });

    assert.deepEqual(gatewayAddress([a, b1, b2]), { host: "10.0.0.2" });
    assert.deepEqual(gatewayAddress([b2, b1, a]), { host: "10.0.0.2" });
  });
});
