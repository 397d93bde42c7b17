import assert from "node:assert/strict";
import "./mocks";
import { defaultIstioSettings, policiesOf, publicUrl, routesOf, routeText } from "../../components";
import { parse } from "../spec/examples";

const PATH = "/r1-catalog/tmf-api/productCatalogManagement/v4";
const named = { ...defaultIstioSettings, publicHostname: "api.example.com" };
const address = { host: "10.0.0.1", port: 8443 };

/** The URL, or why there is none. */
function url(...args: Parameters<typeof publicUrl>): string {
  const result = publicUrl(...args);
  return "url" in result ? result.url : `unknown: ${result.unknown}`;
}

describe("the public URL behind Istio", () => {
  it("has the address and the port of the gateway's Service", () => {
    assert.equal(url(parse(), defaultIstioSettings, address), `https://10.0.0.1:8443${PATH}`);
  });

  it("leaves the port out where the address has none", () => {
    assert.equal(url(parse(), defaultIstioSettings, { host: "10.0.0.1" }), `https://10.0.0.1${PATH}`);
  });

  it("prefers the platform's public host name, without the Service's port", () => {
    assert.equal(url(parse(), named, address), `https://api.example.com${PATH}`);
  });

  it("prefers the API's own host name to everything else", () => {
    const api = parse({ hostname: "catalog.example.com" });
    assert.equal(url(api, named, address), `https://catalog.example.com${PATH}`);
  });

  it("tells the address of the gateway beside the API's own host name, where it is known", () => {
    const api = parse({ hostname: "catalog.example.com" });
    const ip = (...args: Parameters<typeof publicUrl>) => {
      const result = publicUrl(...args);
      return "url" in result ? result.ip : undefined;
    };

    assert.equal(ip(api, defaultIstioSettings, address), "10.0.0.1");
    assert.equal(ip(api, named, address), "api.example.com");
    assert.equal(ip(api, defaultIstioSettings, undefined), undefined);
  });

  it("puts an IPv6 address in brackets, but not where the host alone is told", () => {
    assert.deepEqual(publicUrl(parse(), defaultIstioSettings, { host: "2001:db8::1", port: 8443 }), {
      url: `https://[2001:db8::1]:8443${PATH}`,
      ip: "2001:db8::1",
    });
  });

  it("is unknown without any of them", () => {
    assert.equal(
      url(parse(), defaultIstioSettings, undefined),
      "unknown: the address of the gateway is not known",
    );
  });
});

describe("the routes of an API behind Istio", () => {
  it("are its gateway, host and path", () => {
    assert.deepEqual(routesOf(parse(), defaultIstioSettings), [
      { gateway: "component-gateway", host: "*", path: PATH },
    ]);
    assert.deepEqual(routesOf(parse({ hostname: "a.example" }), named).map(routeText), [
      `component-gateway a.example${PATH}`,
    ]);
  });

  it("are the same for two APIs of one path, and others on another host or gateway", () => {
    const route = (changes: Record<string, unknown>, settings = defaultIstioSettings) =>
      routesOf(parse(changes, { name: "another" }), settings).map(routeText)[0];
    const [first] = routesOf(parse(), defaultIstioSettings).map(routeText);

    assert.equal(route({}), first);
    assert.notEqual(route({ hostname: "a.example" }), first);
    assert.notEqual(route({}, { ...defaultIstioSettings, gateway: "other" }), first);
  });
});

describe("the policies behind Istio", () => {
  it("are none for an API that asks for none", () => {
    assert.deepEqual(policiesOf({ api: parse(), settings: defaultIstioSettings }), []);
  });
});
