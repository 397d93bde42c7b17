import assert from "node:assert/strict";
import * as fc from "fast-check";
import { HostHolders } from "../../watcher/hostHolders";

const HOST = "shop.example.com";

describe("HostHolders", () => {
  it("has the API of the least rank hold a host, and the others know", () => {
    const hosts = new HostHolders();
    assert.deepEqual(hosts.set("b", HOST, "2"), ["b"]);
    assert.deepEqual(hosts.set("c", HOST, "3"), []);
    assert.deepEqual(hosts.set("a", HOST, "1"), ["b", "c", "a"]);

    assert.equal(hosts.holderFor("a"), undefined);
    assert.equal(hosts.holderFor("b"), "a");
    assert.equal(hosts.holderFor("c"), "a");
  });

  it("hands a host on when its holder goes or takes another one", () => {
    const hosts = new HostHolders();
    for (const key of ["a", "b", "c"]) hosts.set(key, HOST, key);
    assert.deepEqual(hosts.set("b", undefined, "b"), []);
    assert.deepEqual(hosts.set("a", "other.example.com", "a"), ["c", "a"]);
    assert.equal(hosts.holderFor("c"), undefined);
    assert.deepEqual(hosts.set("c", undefined, "c"), []);
    assert.equal(hosts.holderFor("c"), undefined);
  });

  it("says nothing where nothing is new", () => {
    const hosts = new HostHolders();
    hosts.set("a", HOST, "1");
    hosts.set("b", HOST, "2");
    assert.deepEqual(hosts.set("a", HOST, "1"), []);
    assert.deepEqual(hosts.set("nobody", undefined, "1"), []);
  });

  it("agrees with a look at every API, and tells those whose holder is another", () => {
    const KEYS = ["a", "b", "c", "d"];
    const event = fc.record({
      key: fc.constantFrom(...KEYS),
      host: fc.constantFrom("h1", "h2", undefined),
      age: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        const hosts = new HostHolders();
        const all = new Map<string, { readonly host: string; readonly rank: string }>();
        const holderFor = (key: string): string | undefined => {
          const host = all.get(key)?.host;
          const there = [...all].filter(([, other]) => other.host === host);
          const [oldest] = there.sort(([, a], [, b]) => (a.rank < b.rank ? -1 : 1));
          return oldest?.[0] === key ? undefined : oldest?.[0];
        };
        for (const { key, host, age } of events) {
          const before = KEYS.map(holderFor);
          const rank = `${age} ${key}`;
          if (host === undefined) all.delete(key);
          else all.set(key, { host, rank });
          const told = hosts.set(key, host, rank);
          KEYS.forEach((each, index) => {
            assert.equal(hosts.holderFor(each), holderFor(each));
            if (each !== key && holderFor(each) !== before[index]) assert.ok(told.includes(each), each);
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});
