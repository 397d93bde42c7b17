import assert from "node:assert/strict";
import { routeText } from "../../components";
import { readApplied, readStack, readRoute } from "../../watcher/ownStatus";

const stack = {
  name: "components.a",
  gateway: "istio",
  hash: "0123456789abcdef",
  routes: ["component-gateway */catalog"],
  lastRun: "2026-02-01T00:00:00.000Z",
  result: "Succeeded",
} as const;

describe("readStack", () => {
  it("is what an earlier run wrote, where one has", () => {
    assert.deepEqual(readStack({ stack }), stack);
    assert.deepEqual(readStack({ stack: { name: "components.a", gateway: "istio" } }), {
      name: "components.a",
      gateway: "istio",
    });
    assert.equal(readStack({}), undefined);
    assert.equal(readStack(undefined), undefined);
  });

  for (const shape of [null, 5, "x", [], {}, { routes: 5 }, { name: 3 }, { name: "a", gateway: null }]) {
    it(`takes ${JSON.stringify(shape)} for no stack at all`, () => {
      assert.equal(readStack({ stack: shape }), undefined);
    });
  }

  it("takes a field of another shape for absent, and keeps the others", () => {
    const odd = { ...stack, hash: 5, routes: 5, lastRun: {}, result: "Perhaps" };

    assert.deepEqual(readStack({ stack: odd }), { name: "components.a", gateway: "istio" });
    assert.deepEqual(readStack({ stack: { ...stack, routes: ["a", 5, null] } })?.routes, ["a"]);
  });

  it("reads which gateway was not told, and what it waits for", () => {
    const read = (awaits: unknown) => readStack({ stack: { ...stack, awaits } })?.awaits;
    assert.deepEqual(read({ gateway: "azure-apim", parts: ["backend", 5] }), {
      gateway: "azure-apim",
      parts: ["backend"],
    });
    for (const odd of [undefined, 5, ["backend"], { gateway: "x" }, { parts: [] }])
      assert.equal(read(odd), undefined);
  });

  it("reads places at a gateway, and takes what leads anywhere else for absent", () => {
    const place = "00000000-0000-4000-8000-000000000001/oda-rg/oda-apim/a";
    const read = (fields: object) => readStack({ stack: { ...stack, ...fields } });
    assert.deepEqual(read({ told: [place, 5, "x", place.replace("oda-rg", "..")] })?.told, [place]);
    for (const told of [undefined, place, [], ["azure-apim"]]) assert.equal(read({ told })?.told, undefined);

    const etags = { of: place, api: "1", policy: 5 };
    assert.deepEqual(read({ etags })?.etags, { of: place, api: "1" });
    for (const odd of [5, { api: "1" }, { of: "x", api: "1" }])
      assert.equal(read({ etags: odd })?.etags, undefined);
  });

  it("takes for the address of an implementation just the origin of an http or https URL", () => {
    const read = (backend: unknown) => readStack({ stack: { ...stack, backend } })?.backend;
    for (const origin of ["http://10.0.0.9", "https://[2001:db8::1]:8443", "https://lb.example.com"])
      assert.equal(read(origin), origin);
    for (const odd of [
      5,
      "",
      "10.0.0.9",
      "http://10.0.0.9/path",
      "http://me@10.0.0.9",
      "ftp://10.0.0.9",
      "@(x)",
    ])
      assert.equal(read(odd), undefined, String(odd));
  });
});

describe("readApplied", () => {
  const nothing = {
    uid: undefined,
    implementation: undefined,
    port: undefined,
    path: undefined,
    url: undefined,
    ip: undefined,
    hostname: undefined,
  };

  it("tells what was applied last", () => {
    const apiStatus = {
      uid: "route-uid",
      implementation: "r1-prodcatapi",
      port: 8080,
      path: "/catalog",
      url: "https://10.0.0.1/catalog",
      ip: "10.0.0.1",
    };
    assert.deepEqual(readApplied({ apiStatus }), {
      uid: "route-uid",
      implementation: "r1-prodcatapi",
      port: 8080,
      path: "/catalog",
      url: "https://10.0.0.1/catalog",
      ip: "10.0.0.1",
      hostname: undefined,
    });
  });

  it("tells nothing of a status that does not", () => {
    for (const apiStatus of [undefined, null, {}, { uid: 5, implementation: 5, url: {}, ip: 7 }, "text"]) {
      assert.deepEqual(readApplied({ apiStatus }), nothing);
    }
    assert.deepEqual(readApplied(undefined), nothing);
  });

  const hosts: readonly (readonly [string, string | undefined, string | undefined, string | undefined])[] = [
    ["the gateway's address", "https://10.0.0.1:8443/x", "10.0.0.1", undefined],
    ["the gateway's host name", "https://lb.example.com/x", "lb.example.com", undefined],
    ["the gateway's IPv6 address", "https://[2001:db8::1]:8443/x", "2001:db8::1", undefined],
    [
      "the gateway's IPv6 address, written at length",
      "https://[2001:db8::1]/x",
      "2001:db8:0:0:0:0:0:1",
      undefined,
    ],
    ["a host of its own", "https://catalog.example.com/x", "10.0.0.1", "catalog.example.com"],
    [
      "a host of its own beside an unknown gateway",
      "https://catalog.example.com/x",
      undefined,
      "catalog.example.com",
    ],
    ["no host yet", undefined, undefined, undefined],
    ["what is no URL", "https://", "10.0.0.1", undefined],
    ["what is no address", "https://catalog.example.com/x", "not a host", "catalog.example.com"],
  ];
  for (const [what, url, ip, hostname] of hosts) {
    it(`tells the API's own host name from ${what}`, () => {
      assert.equal(readApplied({ apiStatus: { url, ip } }).hostname, hostname);
    });
  }
});

describe("readRoute", () => {
  it("reads what routeText writes", () => {
    for (const route of [
      { gateway: "component-gateway", host: "*", path: "/" },
      { gateway: "istio-system/gateway", host: "a.example.com", path: "/shop/v2 with space" },
    ]) {
      assert.deepEqual(readRoute(routeText(route)), route);
    }
  });

  for (const text of ["", "gateway", "gateway host", "gateway /path", " */path"]) {
    it(`reads no route from ${JSON.stringify(text)}`, () => {
      assert.equal(readRoute(text), undefined);
    });
  }
});
