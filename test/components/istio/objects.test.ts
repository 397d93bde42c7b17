import assert from "node:assert/strict";
import { run, valueOf } from "../mocks";
import { IstioGateway, OdaPlatform, platformObjects, type IstioSettings } from "../../../components";
import { routeNameOf } from "./envoyModel";
import { apiWith, guarded, idsOf, objectsOf, patchesOf, PATH, specOf } from "./examples";
import { type Json } from "../../spec/examples";

const owner = {
  apiVersion: "oda.tmforum.org/v1",
  kind: "ExposedAPI",
  name: "r1-catalog-api",
  uid: "4d1c7e5a-0001-4000-8000-000000000001",
};

const everything = {
  CORS: { enabled: true },
  rateLimit: { enabled: true, limit: 5 },
  apiKeyVerification: { enabled: true },
  hostname: "new.example.com",
};
const annotations = { jwt: "keycloak", mtls: "strict", "network-policy": "gateway" };
const settings: IstioSettings = {
  ...guarded,
  tls: {
    certificates: [{ hosts: ["*.api.example.com"], secretName: "wildcard" }],
    certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" },
  },
};
const context = { podLabels: { app: "catalog" } };

/** Declares an API with every policy that Istio enforces. */
function declare() {
  const metadata = { labels: { "oda.tmforum.org/componentName": "r1-catalog" } };
  const api = apiWith(everything, annotations, metadata);
  return run(() => new IstioGateway(api.name, { api, settings, context, owner }));
}

describe("IstioGateway", () => {
  it("declares every object of an API, each under a name of its own", async () => {
    const { resources } = await declare();

    const names = resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ name }) => name);
    assert.deepEqual(names.sort(), [
      "r1-catalog-api",
      "r1-catalog-api/AuthorizationPolicy/istio-ingress/components.r1-catalog-api.api-key",
      "r1-catalog-api/AuthorizationPolicy/istio-ingress/components.r1-catalog-api.jwt",
      "r1-catalog-api/Certificate/istio-ingress/components.r1-catalog-api",
      "r1-catalog-api/EnvoyFilter/istio-ingress/components.r1-catalog-api",
      "r1-catalog-api/Gateway/istio-ingress/components-r1-catalog-api-7eedad131c182ecf3be1ac63",
      "r1-catalog-api/NetworkPolicy/components/r1-catalog-api",
      "r1-catalog-api/PeerAuthentication/components/r1-catalog-api",
    ]);
  });

  it("has what is in the API's namespace owned by the API, and tells the API of what is not", async () => {
    const { resources } = await declare();

    for (const { type, inputs } of resources.filter(({ type }) => type.startsWith("kubernetes:"))) {
      const { namespace, annotations, ownerReferences, labels } = inputs["metadata"] as Json;
      const isBeside = namespace === "components";
      assert.deepEqual(ownerReferences, isBeside ? [owner] : undefined, type);
      assert.equal(
        (annotations as Json)["oda.tmforum.org/api"],
        isBeside ? undefined : "components/r1-catalog-api",
        type,
      );
      assert.equal((annotations as Json)["pulumi.com/patchFieldManager"], "oda-api", type);
      assert.deepEqual(labels, { "oda.tmforum.org/componentName": "r1-catalog" }, type);
    }
  });

  it("keeps objects when the cluster starts to serve another version of Istio's API", async () => {
    const { resources } = await declare();

    const aliases = resources.flatMap((resource) => resource.aliases);
    assert.deepEqual([...new Set(aliases)].sort(), [
      "kubernetes:networking.istio.io/v1beta1:Gateway",
      "kubernetes:networking.istio.io/v1beta1:VirtualService",
      "kubernetes:security.istio.io/v1beta1:AuthorizationPolicy",
      "kubernetes:security.istio.io/v1beta1:PeerAuthentication",
    ]);
  });

  it("has the policies there before the route, and after it", async () => {
    const { resources } = await declare();

    const others = resources.filter(({ type, name }) => {
      return type.startsWith("kubernetes:") && name !== "r1-catalog-api";
    });
    const route = resources.find(
      ({ name, type }) => name === "r1-catalog-api" && type.includes("VirtualService"),
    );
    assert.deepEqual(
      route?.dependencies.map((urn) => urn.split("::").pop()).sort(),
      others.map(({ name }) => name).sort(),
    );
  });

  it("tells the version of each object", async () => {
    const { result } = await declare();
    const versions = Object.keys(await valueOf(result.versions));
    const told = objectsOf(apiWith(everything, annotations), settings, context);
    assert.deepEqual(versions.map((id) => id.replace("/", " ")).sort(), [...idsOf(told)].sort());
  });
});

describe("names of an API's objects at the gateway", () => {
  const nameOf = (namespace: string, name: string): string => {
    const objects = objectsOf(apiWith({}, { jwt: "partner" }, { namespace, name }), guarded);
    return objects.find(({ kind }) => kind === "AuthorizationPolicy")?.name ?? "";
  };

  it("are the API's namespace and name, as no other API has them", () => {
    assert.equal(nameOf("a", "b.c"), "a.b.c.jwt");
    assert.notEqual(nameOf("a", "b.jwt"), nameOf("a", "b"));
  });

  it("are another API's than those of an object of the older kind with the same name", () => {
    const spec = { hostname: "new.example.com", rateLimit: { enabled: true, limit: 5 } };
    const tls = { certManager: { issuer: "letsencrypt", kind: "ClusterIssuer" } } as const;
    const api = apiWith({ ...spec, apiKeyVerification: { enabled: true } }, { jwt: "partner" });
    const both = [api, { ...api, kind: "API" as const }].map((each) =>
      objectsOf(each, { ...guarded, tls }).filter(({ namespace }) => namespace === "istio-ingress"),
    );

    const [ids = [], older = []] = both.map(idsOf);
    assert.deepEqual([ids.length, older.length], [5, 5]);
    assert.deepEqual(
      older.filter((id) => ids.includes(id)),
      [],
    );
    for (const { name } of both[1] ?? []) assert.doesNotMatch(name, /\./, "no ExposedAPI can have it");
    const [routes, olderRoutes] = both.map((objects) =>
      patchesOf(specOf(objects, "EnvoyFilter")).map(({ match }) => routeNameOf(match)),
    );
    assert.deepEqual([...new Set(routes)], ["components/r1-catalog-api"]);
    assert.deepEqual([...new Set(olderRoutes)], ["components/r1-catalog-api/legacy"]);
  });

  it("are shortened where Kubernetes would not take them", () => {
    const names = ["x", "y"].map((end) => nameOf("components", `${"n".repeat(228)}.${"o".repeat(20)}${end}`));
    for (const name of names) {
      assert.ok(name.length <= 253, name);
      assert.match(name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    }
    assert.notEqual(names[0], names[1]);
  });
});

describe("paths of other APIs inside an API's", () => {
  const routeWith = (innerPaths: readonly string[], path = PATH) => {
    const objects = objectsOf(apiWith({ path }), undefined, { innerPaths });
    const [http] = specOf(objects, "VirtualService")["http"] as { match: Json[] }[];
    const filters = objects.filter(({ kind }) => kind === "EnvoyFilter");
    const patches = filters.flatMap(({ fields }) => patchesOf(fields["spec"] as Json));
    return { match: http?.match, patches: patches.map(({ patch }) => patch["value"]) };
  };

  it("path × istio: a longer path of another API is left out by the route's match", () => {
    assert.deepEqual(routeWith([`${PATH}/v2`, `${PATH}/v2/items`]), {
      match: [{ uri: { prefix: PATH }, withoutHeaders: { ":path": { prefix: `${PATH}/v2` } } }],
      patches: [],
    });
  });

  it("path × istio: several longer paths are left out by a patch of the route", () => {
    const header = (prefix: string) => ({ name: ":path", string_match: { prefix }, invert_match: true });
    assert.deepEqual(routeWith([`${PATH}/v2`, `${PATH}/items`]), {
      match: [{ uri: { prefix: PATH } }],
      patches: [{ match: { headers: [header(`${PATH}/items`), header(`${PATH}/v2`)] } }],
    });
  });

  it("path × istio: nothing is left out of a route for /, which Istio tries last", () => {
    assert.deepEqual(routeWith(["/a", "/b"], "/"), { match: [{ uri: { prefix: "/" } }], patches: [] });
  });

  it("are left out of a route for / that asks who calls, whether theirs are there or not", () => {
    const objects = objectsOf(apiWith({ path: "/" }, { jwt: "keycloak" }), guarded, { innerPaths: ["/a"] });
    const [http] = specOf(objects, "VirtualService")["http"] as { match: Json[] }[];
    assert.deepEqual(http?.match, [{ uri: { prefix: "/" }, withoutHeaders: { ":path": { prefix: "/a" } } }]);
    const [rule] = specOf(objects, "AuthorizationPolicy")["rules"] as { to: { operation: Json }[] }[];
    assert.deepEqual(rule?.to[0]?.operation, { paths: ["/*"], notPaths: ["/a*"] });
  });

  it("leave hosts of other APIs out too, where the API is on every host and asks who calls", () => {
    const hosts = { otherHosts: ["shop.example.com"] };
    const objects = objectsOf(apiWith({}, { jwt: "keycloak" }), guarded, hosts);
    const named = ["", ":80", ":443", ":8080", ":8443"].map((port) => `shop.example.com${port}`);
    const [rule] = specOf(objects, "AuthorizationPolicy")["rules"] as { to: { operation: Json }[] }[];
    assert.deepEqual(rule?.to[0]?.operation["notHosts"], named);
    const [patch] = patchesOf(specOf(objects, "EnvoyFilter"));
    assert.deepEqual(patch?.patch["value"], {
      match: {
        headers: named.map((exact) => ({
          name: ":authority",
          string_match: { exact, ignore_case: true },
          invert_match: true,
        })),
      },
    });
    assert.deepEqual(idsOf(objectsOf(apiWith({}), undefined, hosts)), [
      "VirtualService components/r1-catalog-api",
    ]);
  });
});

describe("OdaPlatform", () => {
  it("declares what all APIs share, under a field manager of its own", async () => {
    const { result, resources } = await run(() => new OdaPlatform("platform", { gateway: settings }));

    const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
    assert.deepEqual(objects.map(({ name }) => name).sort(), [
      "platform/EnvoyFilter/istio-ingress/oda-api",
      "platform/Gateway/istio-ingress/oda-api-wildcard",
      "platform/RequestAuthentication/istio-ingress/oda-api",
    ]);
    for (const { inputs, parent } of objects) {
      assert.equal(parent, "oda-api:index:OdaPlatform");
      const { ownerReferences, annotations } = inputs["metadata"] as Json;
      assert.equal(ownerReferences, undefined);
      assert.equal((annotations as Json)["pulumi.com/patchFieldManager"], "oda-api-platform");
    }
    assert.deepEqual(objects.flatMap(({ aliases }) => aliases).sort(), [
      "kubernetes:networking.istio.io/v1beta1:Gateway",
      "kubernetes:security.istio.io/v1beta1:RequestAuthentication",
    ]);
    const told = platformObjects(settings).map(({ kind, namespace, name }) => `${kind}/${namespace}/${name}`);
    assert.deepEqual(Object.keys(await valueOf(result.versions)).sort(), told.sort());
  });
});
