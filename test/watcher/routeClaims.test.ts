import assert from "node:assert/strict";
import * as fc from "fast-check";
import { RouteClaims, type Claim } from "../../watcher/routeClaims";

const ROUTE = "component-gateway */catalog";
const OTHER = "component-gateway */orders";

const claim = (changes: Partial<Claim> = {}): Claim => ({
  wanted: [ROUTE],
  served: [],
  since: "2026-01-01T00:00:00Z",
  ...changes,
});
const later = "2026-02-01T00:00:00Z";

describe("RouteClaims", () => {
  it("lets an API proceed whose route no other wants", () => {
    const claims = new RouteClaims();
    claims.set("a", claim());
    claims.set("b", claim({ wanted: [OTHER] }));

    assert.equal(claims.conflict("a"), undefined);
    assert.equal(claims.conflict("b"), undefined);
  });

  it("gives a contested route to the API that already serves it, even if it is younger", () => {
    const claims = new RouteClaims();
    claims.set("old", claim());
    claims.set("young", claim({ served: [ROUTE], since: later }));

    assert.deepEqual(claims.conflict("old"), { route: ROUTE, holder: "young" });
    assert.equal(claims.conflict("young"), undefined);
  });

  it("gives it to the oldest of those that wait, and of one age to the first by key", () => {
    const claims = new RouteClaims();
    claims.set("c", claim({ since: later }));
    claims.set("b", claim());
    claims.set("a", claim());

    assert.equal(claims.conflict("a"), undefined);
    assert.equal(claims.conflict("b")?.holder, "a");
    assert.equal(claims.conflict("c")?.holder, "a");
  });

  it("keeps the route for a run under way, whatever becomes of it", () => {
    const claims = new RouteClaims();
    claims.set("young", claim({ since: later }));
    claims.occupyWanted("young");
    claims.set("old", claim());

    assert.equal(claims.conflict("young"), undefined);
    assert.equal(claims.conflict("old")?.holder, "young");
  });

  it("keeps the old route too until the run that gives it up has succeeded", () => {
    const claims = new RouteClaims();
    claims.set("a", claim({ served: [ROUTE] }));
    claims.set("b", claim({ since: later }));
    assert.equal(claims.conflict("b")?.holder, "a");

    claims.set("a", claim({ wanted: [OTHER], served: [ROUTE] }));
    claims.occupyWanted("a");
    assert.equal(claims.conflict("b")?.holder, "a");

    assert.deepEqual(claims.settle("a", [OTHER]), ["b"]);
    assert.equal(claims.conflict("b"), undefined);
  });

  it("believes what it has seen itself, not a status that still says otherwise", () => {
    const claims = new RouteClaims();
    claims.set("a", claim({ served: [ROUTE] }));
    claims.settle("a", [OTHER]);
    claims.set("a", claim({ wanted: [OTHER], served: [ROUTE] }));
    claims.set("b", claim({ since: later }));

    assert.equal(claims.conflict("b"), undefined);
  });

  it("tells who may be served when an API goes, and forgets it", () => {
    const claims = new RouteClaims();
    claims.set("a", claim());
    claims.set("b", claim({ since: later }));
    claims.set("c", claim({ wanted: [OTHER] }));

    assert.deepEqual(claims.remove("a"), ["b"]);
    assert.equal(claims.conflict("b"), undefined);
    assert.deepEqual(claims.remove("a"), []);
  });

  it("tells who may be served when an API no longer asks for its route", () => {
    const claims = new RouteClaims();
    claims.set("a", claim());
    claims.set("b", claim({ since: later }));

    assert.deepEqual(claims.set("a", claim({ wanted: [] })), ["b"]);
    assert.equal(claims.conflict("b"), undefined);
  });

  it("names the first of several routes that is another's", () => {
    const claims = new RouteClaims();
    claims.set("a", claim({ wanted: [OTHER] }));
    claims.set("b", claim({ wanted: [ROUTE, OTHER], since: later }));

    assert.deepEqual(claims.conflict("b"), { route: OTHER, holder: "a" });
  });

  it("tells an API of one whose path begins with its own, when that comes and when it goes", () => {
    const claims = new RouteClaims();
    claims.set("a", claim());
    assert.deepEqual(claims.set("b", claim({ wanted: [`${ROUTE}/v2`] })), ["a"]);
    assert.deepEqual(claims.set("b", claim({ wanted: [`${ROUTE}/v2`] })), []);
    assert.deepEqual(claims.overlaps.overlaps("a"), [
      { path: "/catalog", other: "b", otherPath: "/catalog/v2" },
    ]);
    assert.deepEqual(claims.remove("b"), ["a"]);
    assert.deepEqual(claims.overlaps.overlaps("a"), []);
  });

  it("counts a path that is still held with those that overlap", () => {
    const claims = new RouteClaims();
    claims.set("a", claim());
    claims.set("b", claim({ wanted: [], served: [`${ROUTE}/v2`] }));
    assert.deepEqual(
      claims.overlaps.innerPaths("a", [{ gateway: "component-gateway", host: "*", path: "/catalog" }]),
      ["/catalog/v2"],
    );
    assert.deepEqual(claims.settle("b", []), ["a"]);
  });

  it("has the oldest API that is served hold a host name, and tells the others when another one does", () => {
    const claims = new RouteClaims();
    const hostname = "b.example.com";
    claims.set("old", claim({ hostname }));
    claims.set("young", claim({ hostname, wanted: [OTHER], since: later }));
    assert.equal(claims.hostHolder("young"), "old");
    assert.equal(claims.hostHolder("old"), undefined);

    assert.deepEqual(claims.set("old", claim({ wanted: [] })), ["young"]);
    assert.equal(claims.hostHolder("young"), undefined);
  });

  it("has an API that is served with success hold a host name before an older one that never was", () => {
    const claims = new RouteClaims();
    const hostname = "b.example.com";
    const at = (path: string) => `component-gateway ${hostname}${path}`;
    claims.set("broken", claim({ hostname, wanted: [at("/broken")] }));
    claims.set("shop", claim({ hostname, wanted: [at("/shop")], since: later }));
    assert.equal(claims.hostHolder("shop"), "broken", "nobody knows yet");

    claims.occupyWanted("broken");
    claims.occupyWanted("shop");
    assert.deepEqual(claims.settle("shop", [at("/shop")]), ["broken"]);
    assert.equal(claims.hostHolder("shop"), undefined);
    assert.equal(claims.hostHolder("broken"), "shop");
    claims.set("shop", claim({ hostname: "other.example.com", wanted: [OTHER], since: later }));
    assert.equal(claims.hostHolder("broken"), undefined);
  });

  it("takes the word of the status for who was served at a host name, after a restart", () => {
    const claims = new RouteClaims();
    const hostname = "b.example.com";
    claims.set("broken", claim({ hostname, served: [ROUTE] }));
    claims.set("moved", claim({ hostname, wanted: [`${ROUTE}/moved`], servedHost: "other.example.com" }));
    claims.set("shop", claim({ hostname, wanted: [OTHER], since: later, servedHost: hostname }));
    assert.equal(claims.hostHolder("shop"), undefined);
    assert.equal(claims.hostHolder("broken"), "shop");
    assert.equal(claims.hostHolder("moved"), "shop");
  });

  it("has no API hold a host name whose route is another's", () => {
    const claims = new RouteClaims();
    const hostname = "b.example.com";
    claims.set("old", claim({ hostname }));
    claims.set("young", claim({ hostname, wanted: [OTHER], since: later }));
    claims.set("holder", claim({ served: [ROUTE], since: later }));
    assert.equal(claims.conflict("old")?.holder, "holder");
    assert.equal(claims.hostHolder("young"), undefined);

    assert.ok(claims.remove("holder").includes("young"));
    assert.equal(claims.hostHolder("young"), "old");
  });

  it("has no conflict for an API it does not know", () => {
    assert.equal(new RouteClaims().conflict("nobody"), undefined);
  });
});

/** What the claims of some APIs come to, worked out from all of them each time. */
class NaiveClaims {
  readonly wanted = new Map<string, readonly string[]>();
  readonly occupied = new Map<string, readonly string[]>();

  constructor(private readonly since: ReadonlyMap<string, string>) {}

  conflict(key: string): string | undefined {
    for (const route of this.wanted.get(key) ?? []) {
      const owner = this.owner(route);
      if (owner !== key) return owner;
    }
    return undefined;
  }

  private owner(route: string): string {
    const claimants = [...this.since.keys()].filter(
      (key) => this.wanted.get(key)?.includes(route) === true || this.holds(key, route),
    );
    const rank = (key: string) => `${this.holds(key, route) ? 0 : 1} ${this.since.get(key) ?? ""} ${key}`;
    return claimants.sort((a, b) => rank(a).localeCompare(rank(b)))[0] ?? "";
  }

  private holds(key: string, route: string): boolean {
    return this.occupied.get(key)?.includes(route) === true;
  }
}

describe("RouteClaims over any course of events", () => {
  const KEYS = ["a", "b", "c", "d"] as const;
  const since = new Map(KEYS.map((key, index) => [key as string, `2026-0${((index * 7) % 4) + 1}-01`]));
  const key = fc.constantFrom(...KEYS);
  const routes = fc.subarray(["r1", "r2", "r3"]);
  const event = fc.oneof(
    fc.record({ do: fc.constant("set" as const), key, routes }),
    fc.record({ do: fc.constant("run" as const), key, succeeds: fc.boolean() }),
    fc.record({ do: fc.constant("remove" as const), key }),
  );

  it("agrees with a naive model, and lets at most one API at a time have resources on a route", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const claims = new RouteClaims();
        const naive = new NaiveClaims(since);
        for (const happened of events) {
          apply(claims, naive, happened);
          for (const each of KEYS) assert.equal(claims.conflict(each)?.holder, naive.conflict(each));
          for (const route of ["r1", "r2", "r3"]) {
            const holders = KEYS.filter((each) => naive.occupied.get(each)?.includes(route));
            assert.ok(holders.length <= 1, `${route} has resources of ${holders.join(" and ")}`);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("tells of every API that was waiting and may now be served", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const claims = new RouteClaims();
        const naive = new NaiveClaims(since);
        for (const happened of events) {
          const waiting = KEYS.filter((each) => each !== happened.key && claims.conflict(each));
          const told = apply(claims, naive, happened);
          for (const each of waiting) {
            if (claims.conflict(each) === undefined) assert.ok(told.includes(each), `${each} was not told`);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  type Happened = typeof event extends fc.Arbitrary<infer T> ? T : never;

  /** Has an event happen as the watcher does. Returns whom it tells. */
  function apply(claims: RouteClaims, naive: NaiveClaims, happened: Happened): readonly string[] {
    const { key: about } = happened;
    switch (happened.do) {
      case "set":
        naive.wanted.set(about, happened.routes);
        return claims.set(about, { wanted: happened.routes, served: [], since: since.get(about) ?? "" });
      case "remove":
        naive.wanted.delete(about);
        naive.occupied.delete(about);
        return claims.remove(about);
      case "run": {
        const wanted = naive.wanted.get(about);
        if (wanted === undefined || claims.conflict(about) !== undefined) return [];
        claims.occupyWanted(about);
        naive.occupied.set(about, [...new Set([...(naive.occupied.get(about) ?? []), ...wanted])]);
        if (!happened.succeeds) return [];
        naive.occupied.set(about, wanted);
        return claims.settle(about, wanted);
      }
    }
  }
});
