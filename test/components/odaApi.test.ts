import assert from "node:assert/strict";
import { only, run, valueOf } from "./mocks";
import { defaultIstioSettings, OdaApi, type OdaApiArgs } from "../../components";
import { parse } from "../spec/examples";

const VIRTUAL_SERVICE = "kubernetes:networking.istio.io/v1:VirtualService";
const SERVICE_MONITOR = "kubernetes:monitoring.coreos.com/v1:ServiceMonitor";

const owner = {
  apiVersion: "oda.tmforum.org/v1",
  kind: "ExposedAPI",
  name: "r1-catalog-api",
  uid: "4d1c7e5a-0001-4000-8000-000000000001",
};

/** Declares one OdaApi. */
function declare(args: Partial<OdaApiArgs> = {}) {
  const { api = parse(), gateway = defaultIstioSettings } = args;
  return run(() => new OdaApi(api.name, { ...args, api, gateway }));
}

describe("OdaApi", () => {
  it("declares one VirtualService, as TM Forum's operator makes it", async () => {
    const { resources } = await declare();

    const { name, inputs } = only(resources, VIRTUAL_SERVICE);
    assert.equal(name, "r1-catalog-api");
    assert.deepEqual(inputs, {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: {
        name: "r1-catalog-api",
        namespace: "components",
        annotations: {
          "pulumi.com/patchFieldManager": "oda-api",
          "pulumi.com/deletionPropagationPolicy": "background",
          "pulumi.com/skipAwait": "true",
        },
      },
      spec: {
        hosts: ["*"],
        gateways: ["component-gateway"],
        http: [
          {
            name: "components/r1-catalog-api",
            match: [{ uri: { prefix: "/r1-catalog/tmf-api/productCatalogManagement/v4" } }],
            route: [{ destination: { host: "r1-prodcatapi", port: { number: 8080 } } }],
          },
        ],
      },
    });
  });

  it("binds the route to the gateway and the host name of the platform", async () => {
    const { resources } = await declare({
      gateway: { ...defaultIstioSettings, gateway: "istio-system/public", publicHostname: "api.example.com" },
    });

    const { spec } = only(resources, VIRTUAL_SERVICE).inputs as { spec: Record<string, unknown> };
    assert.deepEqual(spec["gateways"], ["istio-system/public"]);
    assert.deepEqual(spec["hosts"], ["api.example.com"]);
  });

  it("prefers the API's own host name to the platform's", async () => {
    const { resources } = await declare({
      api: parse({ hostname: "catalog.example.com" }),
      gateway: { ...defaultIstioSettings, publicHostname: "api.example.com" },
    });

    const { spec } = only(resources, VIRTUAL_SERVICE).inputs as { spec: Record<string, unknown> };
    assert.deepEqual(spec["hosts"], ["catalog.example.com"]);
  });

  it("has every object deleted with the API object it belongs to", async () => {
    const { resources } = await declare({ api: parse({ apiType: "prometheus" }), owner });

    for (const type of [VIRTUAL_SERVICE, SERVICE_MONITOR]) {
      const { metadata } = only(resources, type).inputs as { metadata: Record<string, unknown> };
      assert.deepEqual(metadata["ownerReferences"], [owner]);
    }
  });

  it("labels every object with the Component it belongs to", async () => {
    const api = parse(
      { apiType: "openmetrics" },
      { labels: { "oda.tmforum.org/componentName": "r1-catalog", other: "label" } },
    );
    const { resources } = await declare({ api });

    for (const type of [VIRTUAL_SERVICE, SERVICE_MONITOR]) {
      const { metadata } = only(resources, type).inputs as { metadata: Record<string, unknown> };
      assert.deepEqual(metadata["labels"], { "oda.tmforum.org/componentName": "r1-catalog" });
    }
  });

  it("keeps the route when the cluster starts to serve another version of Istio's API", async () => {
    for (const [version, other] of [
      ["v1", "v1beta1"],
      ["v1beta1", "v1"],
    ] as const) {
      const { resources } = await declare({
        gateway: { ...defaultIstioSettings, apiVersion: `networking.istio.io/${version}` },
      });
      const { aliases } = only(resources, `kubernetes:networking.istio.io/${version}:VirtualService`);
      assert.deepEqual(aliases, [`kubernetes:networking.istio.io/${other}:VirtualService`]);
    }
  });

  it("makes a tree of components: the API, below it the gateway, below that the route", async () => {
    const { resources } = await declare({ api: parse({ apiType: "prometheus" }) });

    const parents = Object.fromEntries(resources.map(({ type, parent }) => [type, parent]));
    assert.equal(parents["oda-api:istio:IstioGateway"], "oda-api:index:OdaApi");
    assert.equal(parents[VIRTUAL_SERVICE], "oda-api:istio:IstioGateway");
    assert.equal(parents["oda-api:monitoring:ServiceMonitor"], "oda-api:index:OdaApi");
    assert.equal(parents[SERVICE_MONITOR], "oda-api:monitoring:ServiceMonitor");
  });

  it("tells of each policy whether the gateway enforces it", async () => {
    const { result } = await declare({
      api: parse({ rateLimit: { enabled: true, limit: "10" }, CORS: { enabled: true }, template: "gold" }),
    });

    assert.deepEqual(
      result.policies.map(({ policy, enforcedBy }) => [policy, enforcedBy !== undefined]),
      [
        ["CORS", true],
        ["rateLimit", true],
        ["template", false],
      ],
    );
  });

  it("is known by the uid of its ServiceMonitor where it is a metrics API, as with TM Forum's operator", async () => {
    const { result } = await declare({ api: parse({ apiType: "openmetrics" }) });

    assert.equal(await valueOf(result.uid), `uid of ${SERVICE_MONITOR} r1-catalog-api`);
  });

  it("is known by the uid of its VirtualService otherwise", async () => {
    const { result } = await declare();

    assert.equal(await valueOf(result.uid), `uid of ${VIRTUAL_SERVICE} r1-catalog-api`);
  });

  it("registers its outputs, and so do the components below it", async () => {
    const { resources } = await declare({
      api: parse({ apiType: "prometheus", quota: { limit: "5" } }),
      address: { host: "10.0.0.1" },
    });

    const { policies, ...outputs } = only(resources, "oda-api:index:OdaApi").outputs ?? {};
    assert.deepEqual(outputs, {
      url: "https://10.0.0.1/r1-catalog/tmf-api/productCatalogManagement/v4",
      uid: `uid of ${SERVICE_MONITOR} r1-catalog-api`,
    });
    assert.deepEqual(
      (policies as { policy: string }[]).map(({ policy }) => policy),
      ["quota"],
    );
    assert.deepEqual(only(resources, "oda-api:istio:IstioGateway").outputs, {
      routeUid: `uid of ${VIRTUAL_SERVICE} r1-catalog-api`,
    });
    assert.deepEqual(only(resources, "oda-api:monitoring:ServiceMonitor").outputs, {
      uid: `uid of ${SERVICE_MONITOR} r1-catalog-api`,
    });
  });

  it("keeps no gateway that is of the kind of its own", async () => {
    const { resources } = await declare({ keep: { gateway: defaultIstioSettings } });

    assert.equal(only(resources, VIRTUAL_SERVICE).name, "r1-catalog-api");
  });

  it("has no URL while the gateway's address is not known", async () => {
    const { result } = await declare();

    assert.equal(await valueOf(result.url), undefined);
  });
});

describe("the ServiceMonitor", () => {
  for (const apiType of ["prometheus", "openmetrics"]) {
    it(`is declared for an API of type ${apiType}, as TM Forum's operator makes it`, async () => {
      const { resources } = await declare({ api: parse({ apiType, path: "/metrics", port: 4000 }) });

      const { name, inputs } = only(resources, SERVICE_MONITOR);
      assert.equal(name, "r1-catalog-api");
      assert.equal((inputs["metadata"] as { name: string }).name, "r1-catalog-api");
      assert.equal((inputs["metadata"] as { namespace: string }).namespace, "components");
      assert.deepEqual(inputs["spec"], {
        selector: { matchLabels: { name: "r1-prodcatapi" } },
        endpoints: [{ path: "/metrics", interval: "15s", scheme: "http", targetPort: 4000 }],
      });
    });
  }

  for (const apiType of ["openapi", "mcp"]) {
    it(`is not declared for an API of type ${apiType}`, async () => {
      const { resources } = await declare({ api: parse({ apiType }) });

      assert.deepEqual(
        resources.map(({ type }) => type).filter((type) => type.includes("ServiceMonitor")),
        [],
      );
    });
  }

  it("reads basic authentication from the API's Secret, never from the spec", async () => {
    const { resources } = await declare({
      api: parse({
        apiType: "prometheus",
        basicAuth: {
          username: { name: "metrics-login", key: "user" },
          password: { name: "metrics-login", key: "secret" },
        },
      }),
    });

    const { spec } = only(resources, SERVICE_MONITOR).inputs as {
      spec: { endpoints: { basicAuth: unknown }[] };
    };
    assert.deepEqual(spec.endpoints[0]?.basicAuth, {
      username: { name: "metrics-login", key: "user" },
      password: { name: "metrics-login", key: "secret" },
    });
  });
});
