import assert from "node:assert/strict";
import { bindingOf } from "../../../components/azureApim/binding";
import { apiWith, PATH, settings } from "./examples";

describe("what the status of an API says of Azure API Management", () => {
  it("is what was registered, as in the object, and where it is", () => {
    const api = apiWith({
      specification: [{ url: "https://a.example/x.json?sig=signature", version: "4.0.0" }],
      rateLimit: { enabled: true, identifier: "X-Client", limit: "5", interval: "pm" },
      CORS: { enabled: true, allowOrigins: "https://a.example, https://b.example" },
    });
    const { value } = bindingOf({ api, settings }, "1");
    assert.deepEqual(value, {
      spec: {
        path: PATH,
        name: "api",
        specification: "https://a.example/x.json",
        implementation: "r1-prodcatapi",
        port: 8080,
        rateLimit: { enabled: true, identifier: "header:x-client", limit: "5", interval: "pm" },
        CORS: {
          enabled: true,
          allowCredentials: false,
          allowOrigins: "https://a.example, https://b.example",
          handlePreflightRequests: {
            enabled: true,
            allowHeaders:
              "Origin, Accept, X-Requested-With, Content-Type, Access-Control-Request-Method, " +
              "Access-Control-Request-Headers",
            allowMethods: "GET, POST, HEAD, OPTIONS",
            maxAge: 1800,
          },
        },
      },
      gatewayUrl: "https://oda-apim.azure-api.net",
      developerPortalUrl: "https://oda-apim.developer.azure-api.net",
      revision: "1",
    });
  });

  it("has in its status where its document is, and no document of its spec", () => {
    const registered = (document: string) => {
      const { value } = bindingOf({ api: apiWith({ specification: [document] }), settings }, "1");
      return (value["spec"] as Readonly<Record<string, unknown>>)["specification"];
    };
    const text = '{"openapi":"3.0.1","info":{"title":"x","version":"1"},"paths":{}}';
    assert.equal(registered(text), undefined);
    assert.equal(registered("configmap:docs/catalog.json"), "configmap:docs/catalog.json");
  });
});
