import assert from "node:assert/strict";
import { useGateway } from "./support/gateway";
import { OTHER_NAMESPACE } from "./support/world";

describe("Requests through a real Istio gateway", function () {
  this.timeout(60_000);
  const { traffic, expose } = useGateway();

  it("reach the implementation whose path they begin with, as they are", async () => {
    await expose("catalog");
    await expose("orders", { spec: { path: "/orders/v4" } });
    await traffic.untilAnsweredBy("catalog", "/catalog");
    await traffic.untilAnsweredBy("orders", "/orders/v4");
    const seen = await traffic.seen("/catalog/items?fields=name", {
      method: "PATCH",
      headers: { authorization: "Basic abc" },
    });
    assert.deepEqual(
      [seen.implementation, seen.method, seen.path],
      ["catalog", "PATCH", "/catalog/items?fields=name"],
    );
    assert.equal(seen.headers["authorization"], "Basic abc");
  });

  it("to no API's path are answered with 404", async () => {
    await traffic.until(404, "/nothing");
    await traffic.until(404, "/orders/v3");
  });

  it("reach APIs of other namespaces", async () => {
    await expose("inventory", { namespace: OTHER_NAMESPACE });
    await traffic.untilAnsweredBy("inventory", "/inventory");
  });

  it("for a host name reach the API with that host, whatever port they name", async () => {
    await expose("hosted", { spec: { hostname: "hosted.example.com", path: "/" } });
    await traffic.untilAnsweredBy("hosted", "/x", { host: "hosted.example.com" });
    assert.equal(await traffic.answeredBy("/x", { host: "hosted.example.com:8443" }), "hosted");
    assert.equal(await traffic.status("/x", { host: "other.example.com" }), 404);
  });

  it("are answered with 404 once the API is gone", async () => {
    const passing = await expose("passing");
    await traffic.untilAnsweredBy("passing", "/passing");
    await passing.remove();
    await traffic.until(404, "/passing");
  });
});

describe("Of APIs whose paths begin with each other, at a real Istio gateway,", function () {
  this.timeout(60_000);
  const { traffic, expose } = useGateway();

  // Istio orders by age in seconds, then by name.
  for (const [order, outer, inner] of [
    ["the outer one is older", "a-outer", "b-inner"],
    ["the inner one is older", "d-outer", "c-inner"],
  ] as const) {
    it(`the longest path wins where ${order}`, async () => {
      const path = `/${outer}`;
      const exposeOuter = () => expose(outer, { context: { innerPaths: [`${path}/v2`] } });
      const exposeInner = () => expose(inner, { spec: { path: `${path}/v2` } });
      for (const each of outer < inner ? [exposeOuter, exposeInner] : [exposeInner, exposeOuter])
        await each();
      await traffic.untilAnsweredBy(outer, path);
      await traffic.untilAnsweredBy(inner, `${path}/v2`);
      const answers = ["", "/v1", "/v2", "/v2?a=b", "/v2/items", "/v2nd", "?/v2"].map((rest) =>
        traffic.answeredBy(path + rest),
      );
      assert.deepEqual(await Promise.all(answers), [outer, outer, inner, inner, inner, inner, outer]);
    });
  }

  it("the longest path wins among many", async () => {
    const inner = ["/m/a", "/m/b.c", "/m/d+e"];
    await expose("m-all", { spec: { path: "/m" }, context: { innerPaths: inner } });
    for (const [index, path] of inner.entries()) await expose(`m-${index}`, { spec: { path } });
    for (const [index, path] of inner.entries()) await traffic.untilAnsweredBy(`m-${index}`, `${path}/x`);
    await traffic.untilAnsweredBy("m-all", "/m/bXc");
    await traffic.untilAnsweredBy("m-all", "/m/dde");
  });

  it("the one for all paths gets what no other does, although it is the oldest", async () => {
    await expose("a-root", { spec: { path: "/" } });
    await expose("z-leaf", { spec: { path: "/leaf" } });
    await traffic.untilAnsweredBy("z-leaf", "/leaf");
    await traffic.untilAnsweredBy("a-root", "/anything");
  });
});
