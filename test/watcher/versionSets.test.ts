import assert from "node:assert/strict";
import { evaluate } from "../../watcher/evaluate";
import { type Claim, RouteClaims } from "../../watcher/routeClaims";
import { resource } from "../spec/examples";
import { behind, catalog } from "./gateways";
import { exposedApis } from "./examples";
import { platform } from "./world";

const settings = { ...platform, gateways: catalog() };
const setOf = (path: string, gateway = "azure-apim") =>
  evaluate(exposedApis, resource({ path }, behind(gateway)), settings).versionSet;

describe("which versions an API is among", () => {
  it("is told by its gateway and its path without the version", () => {
    assert.deepEqual(setOf("/shop/v4"), {
      id: "azure-apim/oda-apim oda-apim.azure-api.net/shop",
      isVersion: true,
    });
    assert.equal(setOf("/shop/v5")?.id, setOf("/shop/v4")?.id);
    assert.notEqual(setOf("/other/v4")?.id, setOf("/shop/v4")?.id);
  });

  it("is told of what has the path itself, too", () => {
    assert.deepEqual(setOf("/shop"), { id: setOf("/shop/v4")?.id, isVersion: false });
  });

  it("is nothing to a gateway that knows of no versions", () => {
    assert.equal(setOf("/shop/v4", "istio"), undefined);
  });
});

describe("the version set of several versions", () => {
  let claims: RouteClaims;
  const claim = (path: string, changes: Partial<Claim> = {}): Claim => ({
    wanted: [`azure-apim/x x${path}`],
    served: [],
    since: "2026-01-01T00:00:00Z",
    versionSet: { id: "shop", isVersion: true },
    ...changes,
  });
  beforeEach(() => {
    claims = new RouteClaims();
  });

  it("is the oldest one's", () => {
    claims.set("v5", claim("/shop/v5", { since: "2026-02-01T00:00:00Z" }));
    assert.deepEqual(claims.set("v4", claim("/shop/v4")), ["v5"]);
    assert.equal(claims.versionSetHolder("v4"), undefined);
    assert.equal(claims.versionSetHolder("v5"), "v4");
  });

  it("stays with one that is served", () => {
    claims.set(
      "v5",
      claim("/shop/v5", { since: "2026-02-01T00:00:00Z", served: ["azure-apim/x x/shop/v5"] }),
    );
    claims.set("v4", claim("/shop/v4"));
    assert.equal(claims.versionSetHolder("v4"), "v5");
  });

  it("goes to the next when that one goes", () => {
    claims.set("v4", claim("/shop/v4"));
    claims.set("v5", claim("/shop/v5", { since: "2026-02-01T00:00:00Z" }));
    assert.deepEqual(claims.remove("v4"), ["v5"]);
    assert.equal(claims.versionSetHolder("v5"), undefined);
  });

  it("is none where an API has the path itself", () => {
    claims.set("v4", claim("/shop/v4", { served: ["azure-apim/x x/shop/v4"] }));
    const whole = { versionSet: { id: "shop", isVersion: false }, since: "2026-03-01T00:00:00Z" };
    assert.deepEqual(claims.set("shop", claim("/shop", whole)), ["v4"]);
    assert.equal(claims.versionSetHolder("v4"), "shop");
  });
});
