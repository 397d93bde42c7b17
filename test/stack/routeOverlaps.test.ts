import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Route } from "../../components";
import { RouteOverlaps } from "../../stack";

const route = (path: string, host = "*", gateway = "component-gateway"): Route => ({ gateway, host, path });

describe("RouteOverlaps", () => {
  it("tells both sides of two paths of which one begins with the other", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("shop", [route("/shop")]);
    assert.deepEqual(overlaps.set("admin", [route("/shop/admin")]), ["shop"]);

    assert.deepEqual(overlaps.overlaps("shop"), [
      { path: "/shop", other: "admin", otherPath: "/shop/admin" },
    ]);
    assert.deepEqual(overlaps.overlaps("admin"), [
      { path: "/shop/admin", other: "shop", otherPath: "/shop" },
    ]);
  });

  it("takes a path for one of characters, as the match of a route does", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("shop", [route("/shop")]);
    assert.deepEqual(overlaps.set("shopping", [route("/shopping")]), ["shop"]);
  });

  it("leaves equal paths alone, which are a conflict and no overlap", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("a", [route("/shop")]);
    assert.deepEqual(overlaps.set("b", [route("/shop")]), []);
    assert.deepEqual(overlaps.overlaps("a"), []);
  });

  it("keeps hosts and gateways apart", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("a", [route("/shop", "a.example.com")]);
    overlaps.set("b", [route("/shop/v2", "b.example.com")]);
    overlaps.set("c", [route("/shop/v2", "a.example.com", "other-gateway")]);
    assert.deepEqual(
      ["a", "b", "c"].flatMap((key) => overlaps.overlaps(key)),
      [],
    );
  });

  it("gives the outermost of the longer paths of others", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("own", [route("/shop"), route("/shop/own")]);
    overlaps.set("v2", [route("/shop/v2")]);
    overlaps.set("admin", [route("/shop/v2/admin")]);
    overlaps.set("v1", [route("/shop/v1")]);
    assert.deepEqual(overlaps.innerPaths("own", [route("/shop")]), ["/shop/v1", "/shop/v2"]);
  });

  it("tells who is concerned when an API goes or takes another path", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("shop", [route("/shop")]);
    overlaps.set("store", [route("/store")]);
    overlaps.set("inner", [route("/shop/v2")]);
    assert.deepEqual(overlaps.set("inner", [route("/store/v2")]), ["shop", "store"]);
    assert.deepEqual(overlaps.set("inner", [route("/store/v2")]), []);
    assert.deepEqual(overlaps.set("inner", []), ["store"]);
    assert.deepEqual(overlaps.overlaps("store"), []);
  });

  it("tells an API on any host of the other hosts on which a path overlaps with its own", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("any", [route("/shop")]);
    overlaps.set("elsewhere", [route("/store", "c.example.com")]);
    assert.deepEqual(overlaps.set("equal", [route("/shop", "b.example.com")]), ["any"]);
    assert.deepEqual(overlaps.set("inner", [route("/shop/v2", "a.example.com")]), ["any"]);
    assert.deepEqual(overlaps.otherHosts("any", [route("/shop")]), ["a.example.com", "b.example.com"]);
    assert.deepEqual(overlaps.otherHosts("equal", [route("/shop", "b.example.com")]), []);

    assert.deepEqual(overlaps.set("equal", []), ["any"]);
    assert.deepEqual(overlaps.otherHosts("any", [route("/shop")]), ["a.example.com"]);
  });

  it("does not count a host that an API itself is about to give up", () => {
    const overlaps = new RouteOverlaps();
    overlaps.set("moving", [route("/shop"), route("/shop", "a.example.com")]);
    assert.deepEqual(overlaps.otherHosts("moving", [route("/shop")]), []);
  });
});

/** The same from a look at every pair of routes. */
class EveryPair {
  readonly routes = new Map<string, readonly Route[]>();

  overlaps(key: string): object[] {
    return this.pairs(key).flatMap(({ own, other, their }) =>
      sameHost(own, their) && own.path !== their.path && related(own.path, their.path)
        ? [{ path: own.path, other, otherPath: their.path }]
        : [],
    );
  }

  innerPaths(key: string): string[] {
    const inner = this.pairs(key)
      .filter(({ own, their }) => sameHost(own, their) && isInner(their.path, own.path))
      .map(({ their }) => their.path);
    return sorted(inner.filter((path) => !inner.some((outer) => isInner(path, outer))));
  }

  otherHosts(key: string): string[] {
    const elsewhere = this.pairs(key).filter(
      ({ own, their }) =>
        own.gateway === their.gateway &&
        own.host === "*" &&
        their.host !== "*" &&
        related(own.path, their.path),
    );
    return sorted(elsewhere.map(({ their }) => their.host));
  }

  private pairs(key: string): { own: Route; other: string; their: Route }[] {
    const own = this.routes.get(key) ?? [];
    const others = [...this.routes].filter(([other]) => other !== key);
    return own.flatMap((mine) =>
      others.flatMap(([other, routes]) => routes.map((their) => ({ own: mine, other, their }))),
    );
  }
}

const sameHost = (a: Route, b: Route): boolean => a.gateway === b.gateway && a.host === b.host;
const isInner = (path: string, outer: string): boolean => path !== outer && path.startsWith(outer);
const related = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();
const asSet = (found: readonly object[]): string[] => sorted(found.map((each) => JSON.stringify(each)));

describe("RouteOverlaps over any course of events", () => {
  const KEYS = ["a", "b", "c", "d"];
  const path = fc
    .array(fc.constantFrom("/x", "/y", "x"), { minLength: 1, maxLength: 4 })
    .map((parts) => `/${parts.join("")}`);
  const routes = fc.uniqueArray(
    fc.record({ gateway: fc.constantFrom("g1", "g2"), host: fc.constantFrom("*", "h1", "h2"), path }),
    { maxLength: 2, selector: (each) => JSON.stringify(each) },
  );
  const event = fc.record({ key: fc.constantFrom(...KEYS), routes });

  it("agrees with a look at every pair, and tells everybody for whom something is new", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), (events) => {
        const overlaps = new RouteOverlaps();
        const pairs = new EveryPair();
        const seen = (key: string): string =>
          JSON.stringify([asSet(pairs.overlaps(key)), pairs.innerPaths(key), pairs.otherHosts(key)]);
        for (const { key, routes: own } of events) {
          const before = KEYS.map(seen);
          pairs.routes.set(key, own);
          const told = overlaps.set(key, own);
          KEYS.forEach((each, index) => {
            if (each === key) assert.ok(!told.includes(each));
            else if (seen(each) !== before[index]) assert.ok(told.includes(each), `${each} was not told`);
            const asked = pairs.routes.get(each) ?? [];
            assert.deepEqual(asSet(overlaps.overlaps(each)), asSet(pairs.overlaps(each)));
            assert.deepEqual(overlaps.innerPaths(each, asked), pairs.innerPaths(each));
            assert.deepEqual(overlaps.otherHosts(each, asked), pairs.otherHosts(each));
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("RouteOverlaps of many APIs", () => {
  it("costs as much for the last as for the first", () => {
    const overlaps = new RouteOverlaps();
    const changes = 20_000;
    for (let each = 0; each < changes; each++) {
      const path = `/component-${each % 500}/tmf-api/api-${each}/v4`;
      assert.deepEqual(overlaps.set(`key-${each}`, [route(path)]), []);
    }
    assert.deepEqual(overlaps.set("outer", [route("/component-7/tmf-api/api-7/")]), ["key-7"]);
  });
});
