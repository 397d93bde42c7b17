import assert from "node:assert/strict";
import { type ExposedApi, InvalidSpecError, parseExposedApi } from "../../spec";
import { complaints, fieldErrors, parse, resource } from "./examples";

/** The policy block of TM Forum's reference charts, with the empty strings they render. */
const CHART_DEFAULTS = {
  template: "",
  apiKeyVerification: { enabled: false, location: "header" },
  rateLimit: { enabled: false, identifier: "IP", limit: "6", interval: "pm" },
  quota: { identifier: "", limit: "" },
  OASValidation: { requestEnabled: false, responseEnabled: false },
  CORS: {
    enabled: false,
    allowCredentials: false,
    allowOrigins: "https://allowed-origin.com, https://allowed-origin2.com",
    handlePreflightRequests: {
      enabled: false,
      allowHeaders: "Accept, Content-Type",
      allowMethods: "GET, POST",
      maxAge: 36000,
    },
  },
};

describe("parseExposedApi", () => {
  it("fills in the defaults of TM Forum's CRD", () => {
    const expected: ExposedApi = {
      kind: "ExposedAPI",
      namespace: "components",
      name: "r1-catalog-api",
      apiName: "api",
      apiType: "openapi",
      segment: "coreFunction",
      implementation: "r1-prodcatapi",
      path: "/r1-catalog/tmf-api/productCatalogManagement/v4",
      port: 8080,
      specification: [],
      resources: [],
      required: false,
      apiKeyVerification: { enabled: false },
      rateLimit: { enabled: false, identifier: { type: "ip" }, interval: "ps" },
      quota: {},
      oasValidation: {
        requestEnabled: false,
        responseEnabled: false,
        allowUnspecifiedHeaders: false,
        allowUnspecifiedQueryParams: false,
        allowUnspecifiedCookies: false,
      },
      cors: {
        enabled: false,
        allowCredentials: false,
        allowOrigins: ["*"],
        handlePreflightRequests: {
          enabled: true,
          allowHeaders: [
            "Origin",
            "Accept",
            "X-Requested-With",
            "Content-Type",
            "Access-Control-Request-Method",
            "Access-Control-Request-Headers",
          ],
          allowMethods: ["GET", "POST", "HEAD", "OPTIONS"],
          maxAge: 1800,
        },
      },
      jwt: [],
      overridden: [],
    };
    assert.deepEqual(parse(), expected);
  });

  it("reads every optional field", () => {
    const api = parse(
      {
        segment: "securityFunction",
        developerUI: "/r1-catalog/docs/",
        hostname: "API.Example.com",
        template: "gold",
        resources: ["catalog", { name: "category" }, {}],
        required: true,
        apiSDO: "TMForum",
      },
      {
        uid: "7f7d2c1e-7f0b-4d0f-9f5a-0c8a3a0c6a11",
        labels: { "oda.tmforum.org/componentName": "r1-catalog" },
        annotations: {
          "oda.tmforum.org/gateway": " azure-apim\n",
          "oda.tmforum.org/monitoring": "DataDogAnnotation ",
        },
      },
    );
    assert.equal(api.uid, "7f7d2c1e-7f0b-4d0f-9f5a-0c8a3a0c6a11");
    assert.equal(api.componentName, "r1-catalog");
    assert.equal(api.gateway, "azure-apim");
    assert.equal(api.monitoring, "DataDogAnnotation");
    assert.equal(api.segment, "securityFunction");
    assert.equal(api.developerUI, "/r1-catalog/docs/");
    assert.equal(api.hostname, "api.example.com");
    assert.equal(api.template, "gold");
    assert.deepEqual(api.resources, ["catalog", "category"]);
    assert.equal(api.required, true);
    assert.equal(api.apiSDO, "TMForum");
  });

  it("takes what TM Forum's charts write for unset fields", () => {
    const api = parse(CHART_DEFAULTS);
    assert.equal(api.template, undefined);
    assert.deepEqual(api.quota, {});
    assert.deepEqual(api.rateLimit, {
      enabled: false,
      identifier: { type: "ip" },
      limit: 6,
      interval: "pm",
    });
    assert.equal(api.cors.handlePreflightRequests.maxAge, 36000);
  });

  it("leaves unset fields out, whether they are missing, null, empty or blank", () => {
    for (const unset of [undefined, null, "", " \t\n"]) {
      const api = parse({
        template: unset,
        hostname: unset,
        developerUI: unset,
        CORS: unset,
        segment: unset,
      });
      assert.deepEqual(api, parse());
      assert.ok(!("template" in api));
    }
  });

  it("ignores fields it does not know", () => {
    assert.deepEqual(parse({ monitoring: { enabled: true }, CORS: { unknown: 1 } }), parse());
  });

  it("takes a numeric string for the port and quoted booleans", () => {
    const api = parse({ port: " 8080 ", required: "True", OASValidation: { requestEnabled: "true" } });
    assert.equal(api.port, 8080);
    assert.equal(api.required, true);
    assert.equal(api.oasValidation.requestEnabled, true);
  });

  it("puts a manifest without a namespace into default", () => {
    assert.equal(parse({}, { namespace: undefined }).namespace, "default");
  });

  it("gives a model that nobody can change", () => {
    const api = parse({ specification: ["https://example.com/api.json"] });
    const parts = [
      api,
      api.specification,
      api.specification[0],
      api.cors.handlePreflightRequests.allowHeaders,
    ];
    assert.ok(parts.every((part) => Object.isFrozen(part)));
  });

  it("does not change the object it reads", () => {
    const object = resource(CHART_DEFAULTS);
    const before = structuredClone(object);
    parseExposedApi(object);
    assert.deepEqual(object, before);
  });
});

describe("parseExposedApi with the older kind", () => {
  const older = (spec: object, kind = "API") => ({ ...resource(), kind, spec });
  const service = { name: "api", implementation: "prodcat", path: "/catalog", port: 8080 };

  it("reads apitype in lower case and one URL as the specification", () => {
    const api = parseExposedApi(
      older({ ...service, apitype: "prometheus", specification: "https://example.com/a" }),
    );
    assert.equal(api.kind, "API");
    assert.equal(api.apiType, "prometheus");
    assert.deepEqual(api.specification, [{ url: "https://example.com/a" }]);
  });

  it("prefers apiType where both are set", () => {
    const api = parseExposedApi(older({ ...service, apitype: "prometheus", apiType: "openapi" }));
    assert.equal(api.apiType, "openapi");
  });

  it("takes an API without a type for OpenAPI, which the newer kind must say", () => {
    assert.equal(parseExposedApi(older(service)).apiType, "openapi");
    assert.deepEqual(complaints({ apiType: undefined }), ["spec.apiType: is required"]);
  });

  it("takes the kind in lower case, as the oldest charts have it", () => {
    assert.equal(parseExposedApi(older(service, "api")).kind, "API");
  });
});

describe("parseExposedApi on invalid objects", () => {
  it("reports every problem, not only the first", () => {
    const object = resource({ port: 70000, path: "catalog", hostname: "*.example.com", required: "maybe" });
    assert.throws(
      () => parseExposedApi({ ...object, kind: "Ingress" }),
      (error) => {
        assert.ok(error instanceof InvalidSpecError);
        assert.deepEqual(
          error.fields.map(({ field }) => field),
          ["kind", "spec.path", "spec.port", "spec.hostname", "spec.required"],
        );
        return true;
      },
    );
  });

  it("names the required fields that are missing", () => {
    const { metadata } = resource();
    const errors = fieldErrors({ kind: "ExposedAPI", metadata, spec: { name: " " } });
    assert.deepEqual(
      errors.map(({ field, rule }) => `${field} ${rule}`),
      ["name", "apiType", "implementation", "path", "port"].map((name) => `spec.${name} is required`),
    );
  });

  it("refuses what is no object at all", () => {
    for (const object of [undefined, null, 7, "ExposedAPI", [], [resource()]]) {
      const fields = fieldErrors(object).map(({ field }) => field);
      assert.ok(["kind", "metadata", "metadata.name", "spec"].every((field) => fields.includes(field)));
    }
  });

  it("names field, value and rule", () => {
    assert.deepEqual(complaints({ port: 70000 }), ["spec.port: 70000 must be an integer from 1 to 65535"]);
    assert.deepEqual(complaints({ apiType: "soap" }), [
      'spec.apiType: "soap" must be one of openapi, prometheus, openmetrics, mcp',
    ]);
    assert.deepEqual(complaints({ segment: "core" }), [
      'spec.segment: "core" must be one of coreFunction, managementFunction, securityFunction',
    ]);
    assert.deepEqual(complaints({ required: 1 }), ["spec.required: 1 must be true or false"]);
    assert.deepEqual(complaints({ name: 620 }), ["spec.name: 620 must be a string"]);
  });

  it("refuses a block of the wrong type without looking inside", () => {
    assert.deepEqual(complaints({ quota: "100" }), ['spec.quota: "100" must be an object']);
    assert.deepEqual(complaints({ rateLimit: [{ enabled: true }] }), [
      "spec.rateLimit: a list of 1 must be an object",
    ]);
    assert.deepEqual(complaints({ resources: [5] }), ["spec.resources[0]: 5 must be an object"]);
  });

  it("checks the metadata it uses", () => {
    const metadata = {
      name: "Catalog_API",
      namespace: "a.b",
      labels: { "oda.tmforum.org/componentName": "-r1" },
      annotations: { "oda.tmforum.org/gateway": 1, "oda.tmforum.org/monitoring": [] },
    };
    assert.deepEqual(
      fieldErrors(resource({}, metadata)).map(({ field }) => field),
      [
        "metadata.namespace",
        "metadata.name",
        'metadata.labels["oda.tmforum.org/componentName"]',
        'metadata.annotations["oda.tmforum.org/gateway"]',
        'metadata.annotations["oda.tmforum.org/monitoring"]',
      ],
    );
  });

  for (const port of [0, 65536, 80.5, -1, NaN, "80a", "0x50", "http", true, [80]]) {
    it(`refuses the port ${JSON.stringify(port)}`, () => {
      assert.deepEqual(
        fieldErrors(resource({ port })).map(({ field }) => field),
        ["spec.port"],
      );
    });
  }
});
