import assert from "node:assert/strict";
import { defaultIstioSettings, type GatewaySettings } from "../../components";
import { neighboursOf } from "../../stack";
import { settings as azure } from "../components/azureApim/examples";
import { parse } from "../spec/examples";

const api = (name: string, path: string, spec: object = {}) => ({ ...parse({ path, ...spec }), name });
const withTls: GatewaySettings = {
  ...defaultIstioSettings,
  tls: { certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" } },
};

describe("The APIs of a static program", () => {
  it("know nothing of each other where their paths are their own", () => {
    const apis = [api("shop", "/shop"), api("store", "/store")];
    const { contextOf, warnings } = neighboursOf(apis, () => defaultIstioSettings);
    assert.deepEqual(apis.map(contextOf), [undefined, undefined]);
    assert.deepEqual(warnings, []);
  });

  it("leave a longer path to the API that has it, with a warning", () => {
    const apis = [api("shop", "/shop"), api("admin", "/shop/admin")];
    const { contextOf, warnings } = neighboursOf(apis, () => defaultIstioSettings);
    assert.deepEqual(apis.map(contextOf), [{ innerPaths: ["/shop/admin"] }, undefined]);
    assert.deepEqual(warnings, [
      "components/admin: requests for /shop/admin go to it, and the others for /shop to components/shop",
    ]);
  });

  it("guard no path of another host", () => {
    const guarded = { ...api("shop", "/shop"), jwt: ["keycloak"] };
    const other = api("other", "/shop", { hostname: "b.example.com" });
    const { contextOf } = neighboursOf([guarded, other], () => defaultIstioSettings);
    assert.deepEqual(contextOf(guarded), { otherHosts: ["b.example.com"] });
  });

  it("share the listener of a host name, which the first of them has", () => {
    const [first, second] = [
      api("first", "/first", { hostname: "b.example.com" }),
      api("second", "/second", { hostname: "b.example.com" }),
    ];
    const { contextOf } = neighboursOf([first, second], () => withTls);
    assert.equal(contextOf(first), undefined);
    assert.deepEqual(contextOf(second), {
      hostHolder: { kind: "ExposedAPI", namespace: first.namespace, name: "first" },
    });
  });

  it("share the version set of API Management, which the first version has, unless one has the path itself", () => {
    const versions = [api("v4", "/shop/v4"), api("v5", "/shop/v5")] as const;
    const [v4, v5] = versions;
    const { contextOf } = neighboursOf(versions, () => azure);
    assert.equal(contextOf(v4)?.versionSetHolder, undefined);
    assert.equal(contextOf(v5)?.versionSetHolder?.name, "v4");
    const whole = neighboursOf([...versions, api("shop", "/shop")], () => azure);
    assert.equal(whole.contextOf(v4)?.versionSetHolder?.name, "shop");
  });

  it("have their documents in their context, without the text", () => {
    const shop = api("shop", "/shop", { specification: [{ url: "https://docs.example.com/shop" }] });
    const document = {
      digest: "d".repeat(64),
      format: "openapi+json",
      version: "4.0.0",
      text: "{}",
    } as const;
    const { contextOf } = neighboursOf([shop], () => azure, new Map([[shop, document]]));
    const { digest, format, version } = document;
    assert.deepEqual(contextOf(shop)?.document, { digest, format, version });
  });
});
