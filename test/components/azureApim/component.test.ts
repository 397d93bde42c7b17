import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { dependenciesOf, only, run, valueOf } from "../mocks";
import {
  apimMark,
  defaultIstioSettings,
  OdaApi,
  type AzureApimSettings,
  type OdaApiArgs,
} from "../../../components";
import { providerNameOf } from "../../../components/azureApim/names";
import {
  apiWith,
  context,
  document,
  documentOf,
  keycloak,
  PATH,
  SERVICE_ID,
  settings,
  withIstio,
} from "./examples";

const APIM = "azure-native:apimanagement";
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const VIRTUAL_SERVICE = "kubernetes:networking.istio.io/v1:VirtualService";
const ofService = { resourceGroupName: "oda-rg", serviceName: "oda-apim" };

/** What Application Insights is not told: a subscription key may be in the query. */
const every = [{ value: "*", mode: "Hide" }];
const hidden = { headers: every, queryParams: every };

const configured: AzureApimSettings = {
  ...settings,
  circuitBreaker: { failures: 5, interval: 60, trip: 30 },
  appInsights: { logger: "oda-insights", sampling: 25 },
  products: [{ id: "oda", displayName: "ODA", subscriptionRequired: true, approvalRequired: false }],
};

function declare(args: Partial<OdaApiArgs> = {}) {
  const { api = apiWith() } = args;
  return run(() => new OdaApi(api.name, { gateway: configured, context, document: "{}", ...args, api }));
}

describe("an API behind Azure API Management", () => {
  it("is an Api with its document, in a version set", async () => {
    const { resources } = await declare();

    assert.deepEqual(only(resources, `${APIM}:Api`).inputs, {
      ...ofService,
      apiId: "r1-catalog-api",
      displayName: "api (r1-catalog-api)",
      path: "r1-catalog/tmf-api/productCatalogManagement",
      protocols: ["https"],
      serviceUrl: `http://20.0.0.1${PATH}`,
      subscriptionRequired: false,
      subscriptionKeyParameterNames: { header: "Ocp-Apim-Subscription-Key", query: "subscription-key" },
      apiVersion: "v4",
      apiVersionSetId: `${SERVICE_ID}/apiVersionSets/r1-catalog-api`,
      format: "openapi+json",
      value: "{}",
      translateRequiredQueryParametersConduct: "query",
    });
    assert.deepEqual(only(resources, `${APIM}:ApiVersionSet`).inputs, {
      ...ofService,
      versionSetId: "r1-catalog-api",
      displayName: "api (r1-catalog-api)",
      versioningScheme: "Segment",
    });
  });

  it("has a Backend at its path in the cluster, with a circuit breaker", async () => {
    const { resources } = await declare();

    assert.deepEqual(only(resources, `${APIM}:Backend`).inputs, {
      ...ofService,
      backendId: "r1-catalog-api",
      protocol: "http",
      url: `http://20.0.0.1${PATH}`,
      circuitBreaker: {
        rules: [
          {
            name: "failures",
            failureCondition: {
              count: 5,
              interval: "PT60S",
              statusCodeRanges: [{ min: 500, max: 599 }],
            },
            tripDuration: "PT30S",
            acceptRetryAfter: true,
          },
        ],
      },
    });
  });

  it("has a Backend that shows a certificate and looks at that of the cluster", async () => {
    const mutualTls = { credentialName: "apim-client", certificateId: `${SERVICE_ID}/certificates/oda` };
    const gateway = withIstio({ host: "apis.cluster.example.com", mutualTls });
    const { resources } = await declare({ gateway: { ...gateway, tier: "consumption" } });

    assert.deepEqual(only(resources, `${APIM}:Backend`).inputs, {
      ...ofService,
      backendId: "r1-catalog-api",
      protocol: "http",
      url: `https://apis.cluster.example.com${PATH}`,
      tls: { validateCertificateChain: true, validateCertificateName: true },
      credentials: { certificateIds: [`${SERVICE_ID}/certificates/oda`] },
    });
  });

  it("has its policy, its diagnostic and a link to each product", async () => {
    const { resources } = await declare();

    const ofApi = { ...ofService, apiId: "r1-catalog-api" };
    assert.deepEqual(only(resources, `${APIM}:ApiPolicy`).inputs, {
      ...ofApi,
      policyId: "policy",
      format: "xml",
      value: documentOf(apiWith(), configured),
    });
    assert.deepEqual(only(resources, `${APIM}:ApiDiagnostic`).inputs, {
      ...ofApi,
      diagnosticId: "applicationinsights",
      loggerId: `${SERVICE_ID}/loggers/oda-insights`,
      alwaysLog: "allErrors",
      httpCorrelationProtocol: "W3C",
      frontend: { request: { dataMasking: hidden } },
      backend: { request: { dataMasking: hidden } },
      sampling: { samplingType: "fixed", percentage: 25 },
    });
    assert.deepEqual(only(resources, `${APIM}:ProductApiLink`).inputs, {
      ...ofService,
      productId: "oda",
      apiLinkId: "oda-r1-catalog-api",
      apiId: `${SERVICE_ID}/apis/r1-catalog-api`,
    });
  });

  it("has the operations of its document, or any: of metrics and models always any", async () => {
    const operations = async (args: Partial<OdaApiArgs>) =>
      (await declare(args)).resources
        .filter(({ type }) => type === `${APIM}:ApiOperation`)
        .map(({ inputs }) => `${String(inputs["method"])} ${String(inputs["urlTemplate"])}`);

    assert.deepEqual(await operations({}), []);
    const any = await operations({ context: { backend: "http://20.0.0.1" } });
    assert.deepEqual(
      any,
      ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].flatMap((method) => [
        `${method} /*`,
        `${method} /`,
      ]),
    );
    for (const apiType of ["mcp", "prometheus", "openmetrics"])
      assert.deepEqual(await operations({ api: apiWith({ apiType }) }), any);
  });

  it("comes into being from the cluster outwards, and its operations after its policy", async () => {
    const api = apiWith({}, { "network-policy": "gateway" });
    const withPods = { backend: "http://20.0.0.1", podLabels: { app: "catalog" } };
    const { resources } = await declare({
      api,
      context: withPods,
      gateway: { ...configured, jwt: [keycloak] },
    });

    const of = (type: string) => dependenciesOf(resources.find((each) => each.type === type)!);
    assert.deepEqual(of(INGRESS), ["NetworkPolicy"]);
    assert.deepEqual(of(`${APIM}:Backend`), ["Ingress"]);
    assert.deepEqual(of(`${APIM}:Api`), ["Ingress", "Backend"]);
    assert.deepEqual(of(`${APIM}:ApiPolicy`), ["Api"]);
    assert.deepEqual(of(`${APIM}:ApiOperation`), ["Api", "ApiPolicy"]);
    assert.deepEqual(of(`${APIM}:ApiDiagnostic`), ["Api"]);
    assert.deepEqual(of(`${APIM}:ProductApiLink`), ["Api", "ApiPolicy"]);
    const versioned = await declare();
    assert.deepEqual(dependenciesOf(only(versioned.resources, `${APIM}:Api`)), [
      "Ingress",
      "Backend",
      "ApiVersionSet",
    ]);
  });

  it("has what belongs to its Api deleted together with it", async () => {
    const { resources } = await declare({ context: { backend: "http://20.0.0.1" } });
    const goesWith = (type: string) => resources.find((each) => each.type === `${APIM}:${type}`)?.deletedWith;
    for (const type of ["ApiPolicy", "ApiOperation", "ApiDiagnostic"])
      assert.match(goesWith(type) ?? "", /:Api::/, type);
    for (const type of ["Backend", "Api", "ProductApiLink"]) assert.equal(goesWith(type), "", type);
  });

  it("is reached with one provider of the stack, which has nothing secret", async () => {
    const { resources } = await run(() =>
      pulumi.runtime.runInPulumiStack(() => {
        for (const name of ["a", "b"]) {
          const api = apiWith({ path: `/${name}` }, {}, { name });
          new OdaApi(name, { api, gateway: configured, context, document: "{}" });
        }
        return Promise.resolve();
      }),
    );

    const { name, parent, inputs } = only(resources, "pulumi:providers:azure-native");
    assert.match(name, /^azure-[0-9a-f]{12}$/);
    assert.equal(parent, "pulumi:pulumi:Stack");
    assert.equal(inputs["subscriptionId"], settings.subscriptionId);
    assert.equal(inputs["useDefaultAzureCredential"], "true");
    assert.deepEqual(
      Object.keys(inputs).filter((key) => /secret|token|password|certificate/i.test(key)),
      [],
    );
  });

  const namesAt = async (place: Partial<AzureApimSettings>) =>
    (await declare({ gateway: { ...configured, ...place } })).resources
      .filter(({ type }) => type.startsWith(APIM))
      .map(({ type, name }) => `${type.slice(APIM.length + 1)} ${name}`);

  it("is another resource at another service, so that it is there before it leaves the first", async () => {
    const subscriptionId = "00000000-0000-4000-8000-000000000002";
    const names: string[] = [];
    for (const place of [
      {},
      { serviceName: "oda-apim-2" },
      { resourceGroup: "oda-rg-2" },
      { subscriptionId },
    ])
      names.push(...(await namesAt(place)));
    assert.equal(new Set(names).size, 4 * 6);
    assert.notEqual(providerNameOf(subscriptionId), providerNameOf(settings.subscriptionId));
  });

  it("is the same resource at a service whose name is written with other capitals", async () => {
    const subscriptionId = "abcdef00-0000-4000-8000-00000000000a";
    const lower = await namesAt({ subscriptionId, resourceGroup: "oda-rg", serviceName: "oda-apim" });
    const upper = { subscriptionId: subscriptionId.toUpperCase(), resourceGroup: "ODA-RG" };
    assert.deepEqual(await namesAt({ ...upper, serviceName: "ODA-APIM" }), lower);
    const { resources } = await declare();
    for (const { type, ignored } of resources.filter((each) => each.type.startsWith(APIM)))
      assert.deepEqual(ignored, ["resourceGroupName", "serviceName"], type);
  });

  it("has another Backend and version set with another id, which are there before the Api is replaced", async () => {
    const byName = await namesAt({ apiIds: "name" });
    const byBoth = await namesAt({ apiIds: "namespace-name" });
    const kept = byName.filter((name) => byBoth.includes(name)).map((name) => name.split(" ")[0]);
    assert.deepEqual(kept, ["Api", "ApiPolicy", "ApiDiagnostic", "ProductApiLink"]);
  });

  it("is only a route in the cluster while the address of that is not known", async () => {
    const { result, resources } = await declare({ context: { document } });

    assert.deepEqual(
      resources.map(({ type }) => type).filter((type) => !type.startsWith("oda-api:")),
      [INGRESS],
    );
    assert.equal(await valueOf(result.uid), `uid of ${INGRESS} r1-catalog-api/route`);
    assert.equal(await valueOf(result.binding), undefined);
  });

  it("stays at the gateway that served it meanwhile", async () => {
    const { result, resources } = await declare({
      context: { document },
      keep: { gateway: { ...defaultIstioSettings, publicHostname: "www.example.com" } },
    });

    const { name, parent } = only(resources, VIRTUAL_SERVICE);
    assert.equal(name, "r1-catalog-api");
    assert.equal(parent, "oda-api:istio:IstioGateway");
    assert.equal(only(resources, INGRESS).parent, "oda-api:azureApim:AzureApimGateway");
    assert.equal(await valueOf(result.url), `https://www.example.com${PATH}`);
    assert.equal(await valueOf(result.uid), `uid of ${VIRTUAL_SERVICE} r1-catalog-api`);
    assert.deepEqual(Object.keys(await valueOf(result.versions)).sort(), [
      "Ingress/components/apim-api-ingress-r1-catalog-api",
      "VirtualService/components/r1-catalog-api",
    ]);
  });

  it("bears the mark of its object, so that what a run has left behind is known", async () => {
    const owner = {
      apiVersion: "oda.tmforum.org/v1",
      kind: "ExposedAPI",
      name: "r1-catalog-api",
      uid: "4d1c7e5a",
    };
    const { resources } = await declare({ owner });

    const mark = "Made for ExposedAPI with uid 4d1c7e5a";
    assert.equal(apimMark(owner), mark);
    assert.equal(only(resources, `${APIM}:Api`).inputs["apiRevisionDescription"], mark);
    for (const type of ["Backend", "ApiVersionSet"])
      assert.equal(only(resources, `${APIM}:${type}`).inputs["description"], mark);
    assert.equal(apimMark(undefined), undefined);
  });

  it("is known by the id of its Api, and tells what was registered", async () => {
    const { result } = await declare();

    // What names the service may come from Key Vault.
    assert.equal(await valueOf(result.uid), "apis/r1-catalog-api");
    assert.equal((await valueOf(result.binding))?.field, "apimBind");
  });
});
