import assert from "node:assert/strict";
import { type GatewayAddress } from "../../components";
import { evaluate } from "../../watcher/evaluate";
import { type GatewayAddresses } from "../../watcher/gatewayAddresses";
import { gatewayAddressProblem } from "../../watcher/gatewayMessages";
import { type ApiObject } from "../../watcher/kube/objects";
import { announcements, isNews, observe, servicesOf, type Surroundings } from "../../watcher/observe";
import { invalidSpecProblem, type Problem } from "../../watcher/reasons";
import { type Observation } from "../../watcher/observation";
import { type Json, resource } from "../spec/examples";
import { exposedApis } from "./examples";
import { platform } from "./world";

const KEY = "exposedapis/components/r1-catalog-api";
const problem: Problem = { reason: "RouteConflict", message: "words" };

const at = (address: GatewayAddress | undefined): GatewayAddresses => ({
  of: () => address,
  problem: () => gatewayAddressProblem(undefined, []),
});
const around: Surroundings = {
  addresses: at({ host: "10.0.0.2", port: 8080 }),
  settingsOf: (gateway) => platform.gateways.find(gateway),
  isReady: (service) => service === "components/served",
  serviceExists: (service) => service !== "components/gone",
  portsOf: (service) => (service === "components/gone" ? [] : [8080, 9090]),
  isRouteGone: () => false,
  overlaps: () => [],
};

/** What was applied last, with the host that the gateway had then. */
const served = { path: "/served", implementation: "served", url: "https://10.0.0.1/served", ip: "10.0.0.1" };

function look(
  spec: Json,
  apiStatus: Json | undefined,
  is: Problem | undefined,
  changes: Partial<Surroundings> = {},
): Observation {
  const object: ApiObject = { ...resource(spec), status: apiStatus === undefined ? {} : { apiStatus } };
  const evaluation = evaluate(exposedApis, object, platform);
  const stack = { name: "components.r1-catalog-api", gateway: "istio" };
  return observe(KEY, object, evaluation, { problem: is, stack, uid: undefined }, { ...around, ...changes });
}

describe("a look at an API that is as its spec says", () => {
  it("sees the Service and the URL of the spec, whatever was served before", () => {
    const { implementation, publicUrl } = look(
      { implementation: "wanted", path: "/wanted" },
      served,
      undefined,
    );
    assert.deepEqual(implementation, {
      service: "components/wanted",
      inSpec: true,
      ready: false,
      exists: true,
    });
    assert.deepEqual(publicUrl, { url: "https://10.0.0.2:8080/wanted", ip: "10.0.0.2" });
  });
});

describe("a look at an API that has a problem", () => {
  it("sees the Service that is really served, and its path at today's address of the gateway", () => {
    for (const spec of [{ implementation: "wanted", path: "/wanted" }, { port: 0 }]) {
      const { implementation, publicUrl } = look(spec, served, problem);
      assert.deepEqual(implementation, {
        service: "components/served",
        inSpec: false,
        ready: true,
        exists: true,
      });
      assert.deepEqual(publicUrl, { url: "https://10.0.0.2:8080/served", ip: "10.0.0.2" });
    }
  });

  it("sees the Service of the spec where nothing was ever served", () => {
    const { implementation, publicUrl } = look({ implementation: "gone" }, undefined, problem);
    assert.deepEqual(implementation, {
      service: "components/gone",
      inSpec: true,
      ready: false,
      exists: false,
    });
    assert.equal("url" in publicUrl, false);
    assert.equal(look({ port: 0 }, undefined, problem).implementation, undefined);
  });

  it("finds the URL again that was not known when the spec was applied", () => {
    const { publicUrl } = look({ port: 0 }, { path: "/served", implementation: "served" }, problem);
    assert.deepEqual(publicUrl, { url: "https://10.0.0.2:8080/served", ip: "10.0.0.2" });
  });

  it("has no URL while the gateway has no address, unless the API has a host name of its own", () => {
    const addresses = at(undefined);
    assert.equal("url" in look({ port: 0 }, served, problem, { addresses }).publicUrl, false);
    const named = { ...served, url: "https://catalog.example.com/served" };
    assert.deepEqual(look({ port: 0 }, named, problem, { addresses }).publicUrl, {
      url: "https://catalog.example.com/served",
    });
  });

  it("keeps the API's own host name, without the gateway's port, and follows the gateway's address beside it", () => {
    const named = { ...served, url: "https://catalog.example.com/served" };
    assert.deepEqual(look({ port: 0 }, named, problem).publicUrl, {
      url: "https://catalog.example.com/served",
      ip: "10.0.0.2",
    });
  });

  it("puts a new IPv6 address in brackets", () => {
    const addresses = at({ host: "2001:db8::2" });
    const before = { ...served, url: "https://[2001:db8::1]:8080/served", ip: "2001:db8::1" };
    assert.deepEqual(look({ port: 0 }, before, problem, { addresses }).publicUrl, {
      url: "https://[2001:db8::2]/served",
      ip: "2001:db8::2",
    });
  });
});

describe("a look at the ports of a Service", () => {
  const missing = (spec: Json, apiStatus?: Json, is?: Problem, changes: Partial<Surroundings> = {}) =>
    look({ implementation: "wanted", ...spec }, apiStatus, is, changes).implementation?.missingPort;
  const ports = [8080, 9090];

  it("sees that the one of the spec is not there", () => {
    assert.deepEqual(missing({ port: 9999 }), { port: 9999, inSpec: true, ports });
    assert.equal(missing({ port: 9090 }), undefined);
  });

  it("says nothing of a Service that has none, or that is not known", () => {
    assert.equal(missing({ port: 9999 }, undefined, undefined, { portsOf: () => [] }), undefined);
  });

  it("says nothing of metrics, which are scraped from the Pods", () => {
    assert.equal(missing({ port: 9999, apiType: "prometheus" }), undefined);
    const object: ApiObject = {
      ...resource({ port: 0 }),
      status: {
        apiStatus: { ...served, port: 9999 },
        conditions: [{ type: "Monitored", status: "True", reason: "Monitored", message: "scraped" }],
      },
    };
    const evaluation = evaluate(exposedApis, object, platform);
    const stack = { name: "components.r1-catalog-api", gateway: "istio" };
    const seen = observe(KEY, object, evaluation, { problem, stack, uid: undefined }, around);
    assert.equal(seen.implementation?.missingPort, undefined);
  });

  it("looks for the port that is really served, while there is a problem", () => {
    assert.deepEqual(missing({ port: 0 }, { ...served, port: 9999 }, problem), {
      port: 9999,
      inSpec: false,
      ports,
    });
    assert.equal(missing({ port: 9999 }, { ...served, port: 8080 }, problem), undefined);
  });
});

describe("the Services of an API", () => {
  const services = (spec: Json, implementation?: string) => {
    const object: ApiObject = { ...resource(spec), status: { apiStatus: { implementation } } };
    return servicesOf(KEY, object, evaluate(exposedApis, object, platform));
  };

  it("are that of its spec and the one that is served, once each", () => {
    assert.deepEqual(services({ implementation: "a" }, "b"), ["components/a", "components/b"]);
    assert.deepEqual(services({ implementation: "a" }, "a"), ["components/a"]);
    assert.deepEqual(services({ implementation: "a" }), ["components/a"]);
    assert.deepEqual(services({ port: 0 }, "b"), ["components/b"]);
    assert.deepEqual(services({ port: 0 }), []);
  });
});

describe("isNews", () => {
  const invalid = invalidSpecProblem("spec.port: 0 must be an integer from 1 to 65535");
  const saying = (message: string): ApiObject => ({
    status: { conditions: [{ type: "Reconciled", status: "False", reason: "InvalidSpec", message }] },
  });

  it("is a problem that the status does not tell yet", () => {
    assert.ok(isNews({}, invalid));
    assert.ok(isNews(saying("something else"), invalid));
    assert.ok(!isNews(saying(invalid.message), invalid));
    assert.ok(
      !isNews(saying(`${invalid.message}; the last spec that could be applied is still served`), invalid),
    );
  });
});

describe("announcements", () => {
  const condition = (type: string, reason: string, message: string, status = "False") => ({
    type,
    status,
    reason,
    message,
  });
  const missing = condition("ImplementationReady", "ServiceMissing", "no Service");

  it("are of what lasts until somebody acts, once, though Ready repeats it", () => {
    const after = { conditions: [condition("Ready", "ServiceMissing", "no Service"), missing] };
    assert.deepEqual(announcements({}, after), [
      { type: "Warning", reason: "ServiceMissing", message: "no Service" },
    ]);
    assert.deepEqual(announcements(after, after), []);
    assert.deepEqual(announcements(undefined, undefined), []);
  });

  it("are of a port that the Service does not have", () => {
    const after = { conditions: [condition("ImplementationReady", "PortMissing", "no port 9999")] };
    assert.deepEqual(
      announcements({}, after).map(({ reason }) => reason),
      ["PortMissing"],
    );
  });

  it("are of policies when the fields become others", () => {
    const before = { conditions: [condition("PoliciesEnforced", "NotSupported", "spec.CORS")] };
    const after = { conditions: [condition("PoliciesEnforced", "NotSupported", "spec.quota")] };
    assert.deepEqual(
      announcements(before, after).map(({ message }) => message),
      ["spec.quota"],
    );
  });

  it("are neither of readiness, which comes and goes, nor of what is told when it happens", () => {
    const after = {
      conditions: [
        condition("Ready", "NoReadyEndpoint", "a"),
        condition("Reconciled", "Forbidden", "b"),
        condition("PoliciesEnforced", "AllEnforced", "c", "True"),
      ],
    };
    assert.deepEqual(announcements({}, after), []);
  });
});
