import assert from "node:assert/strict";
import { anyPathOperations } from "../../../components/azureApim/document";
import { type Json } from "../../spec/examples";
import { apiWith, context, documentOf, outcomeOf, settings } from "./examples";
import { elements, only, read, texts } from "./policyChecks";

const ORIGINS = "https://shop.example.com, https://admin.example.com:8443";

function withCors(cors: Json) {
  return apiWith({ CORS: { enabled: true, allowOrigins: ORIGINS, ...cors } });
}

function preflight(handlePreflightRequests: Json) {
  return withCors({ handlePreflightRequests });
}

describe("CORS behind Azure API Management", () => {
  it("CORS × azure-apim: the policy cors, before those of wider scopes", () => {
    const [inbound] = read(documentOf(withCors({}))).children;
    assert.deepEqual(
      inbound?.children.map(({ name }) => name),
      ["cors", "base", "set-backend-service"],
    );
    assert.equal(only(documentOf(withCors({})), "cors").attributes["terminate-unmatched-request"], "false");
    assert.deepEqual(outcomeOf("CORS", withCors({})), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: cors",
    });
    assert.deepEqual(elements(documentOf(apiWith({ CORS: { allowOrigins: ORIGINS } })), "cors"), []);
  });

  it("CORS.allowOrigins × azure-apim: these origins and no others, or every origin where the spec says *", () => {
    assert.deepEqual(texts(documentOf(withCors({})), "origin"), [
      "https://shop.example.com",
      "https://admin.example.com:8443",
    ]);
    assert.deepEqual(texts(documentOf(withCors({ allowOrigins: `${ORIGINS}, *` })), "origin"), ["*"]);
  });

  it("CORS.allowCredentials × azure-apim: credentials are allowed, for origins that are named only", () => {
    const credentials = (api = withCors({})) => only(documentOf(api), "cors").attributes["allow-credentials"];
    assert.equal(credentials(), "false");
    assert.equal(credentials(withCors({ allowCredentials: true })), "true");

    const api = withCors({});
    const everyOrigin = { ...api, cors: { ...api.cors, allowCredentials: true, allowOrigins: ["*"] } };
    assert.match(outcomeOf("CORS", everyOrigin).because ?? "", /^allows credentials for every origin/);
    assert.deepEqual(elements(documentOf(everyOrigin), "cors"), []);
  });

  it("CORS.handlePreflightRequests.allowHeaders × azure-apim: these headers are allowed", () => {
    assert.deepEqual(texts(documentOf(preflight({ allowHeaders: "X-A, X-B" })), "header"), ["X-A", "X-B"]);
    assert.deepEqual(texts(documentOf(preflight({ allowHeaders: "X-A, *" })), "header"), ["*"]);
  });

  it("CORS.handlePreflightRequests.allowMethods × azure-apim: these methods are allowed", () => {
    assert.deepEqual(texts(documentOf(preflight({ allowMethods: "GET, PURGE" })), "method"), [
      "GET",
      "PURGE",
    ]);
    assert.deepEqual(texts(documentOf(preflight({ allowMethods: "*, GET" })), "method"), ["*"]);
  });

  it("CORS.handlePreflightRequests.maxAge × azure-apim: browsers keep an answer so long", () => {
    const maxAge = (value: number) =>
      only(documentOf(preflight({ maxAge: value })), "allowed-methods").attributes[
        "preflight-result-max-age"
      ];
    assert.equal(maxAge(60), "60");
    assert.equal(maxAge(0), "0");
    assert.equal(maxAge(2 ** 40), String(2 ** 31 - 1));
  });

  it("CORS.handlePreflightRequests.enabled × azure-apim: where it is false, they reach the implementation of an API without a document", () => {
    const methods = (enabled: boolean) =>
      anyPathOperations({ api: preflight({ enabled }), settings, context: { backend: "http://a" } }).map(
        ({ method }) => method,
      );
    assert.equal(methods(true).includes("OPTIONS"), false);
    assert.equal(methods(false).includes("OPTIONS"), true);
    assert.deepEqual(outcomeOf("CORS", preflight({ enabled: false }), settings, { backend: "http://a" }), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: cors",
    });
  });

  it("CORS.handlePreflightRequests.enabled × azure-apim: where it is false and there is a document, they are answered, and that is told", () => {
    assert.match(
      outcomeOf("CORS", preflight({ enabled: false }), settings, context).without ?? "",
      /^leaving preflight requests to the implementation, but for/,
    );
  });
});
