import assert from "node:assert/strict";
import { type ApiContext, type DocumentContents } from "../../../components";
import { apiArgs } from "../../../components/azureApim/entities";
import { type Json } from "../../spec/examples";
import { apiWith, context, document, documentOf, outcomeOf, settings } from "./examples";
import { elements, only, read } from "./policyChecks";

const checking = (OASValidation: Json, others: Json = {}) => apiWith({ OASValidation, ...others });

/** What is around an API whose document has these contents. */
const describing = (contents: Partial<DocumentContents>): ApiContext => ({
  ...context,
  document: { ...document, contents: { bodyTypes: [], headers: [], cut: false, ...contents } },
});

const bothChecked = { requestEnabled: true, responseEnabled: true };

/** Names of the parameters that are left as they are. */
function exceptions(document: string, where: string): readonly (string | undefined)[] {
  return only(document, where).children.map(({ attributes }) => attributes["name"]);
}

describe("OASValidation behind Azure API Management", () => {
  it("OASValidation × azure-apim: of requests, parameters and bodies", () => {
    const api = checking({ requestEnabled: true });
    const [inbound, , outbound] = read(documentOf(api)).children;
    assert.deepEqual(
      inbound?.children.map(({ name }) => name),
      ["base", "validate-parameters", "validate-content", "set-backend-service"],
    );
    assert.deepEqual(
      outbound?.children.map(({ name }) => name),
      ["base"],
    );
    assert.deepEqual(only(documentOf(api), "validate-content").attributes, {
      "unspecified-content-type-action": "prevent",
      "max-size": "102400",
      "size-exceeded-action": "prevent",
    });
    assert.deepEqual(outcomeOf("OASValidation", api), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: validate-parameters and validate-content of requests",
      without:
        "cookies, which API Management does not check, " +
        "and bodies of requests of more than 102400 bytes that come without Content-Length",
    });
  });

  it("OASValidation × azure-apim: of responses, bodies that are not too large, and headers", () => {
    const api = checking({ responseEnabled: true });
    const [, , outbound] = read(documentOf(api)).children;
    assert.deepEqual(
      outbound?.children.map(({ name }) => name),
      ["validate-content", "validate-headers", "base"],
    );
    assert.equal(only(documentOf(api), "validate-content").attributes["size-exceeded-action"], "detect");
    assert.match(
      outcomeOf("OASValidation", api).without ?? "",
      /^bodies of responses of more than 102400 bytes, and/,
    );
  });

  it("OASValidation × azure-apim: answers of types and status codes that the document has not go on, and that is told", () => {
    const api = checking({ responseEnabled: true });
    const { attributes } = only(documentOf(api), "validate-content");
    assert.equal(attributes["unspecified-content-type-action"], "detect");
    assert.match(
      outcomeOf("OASValidation", api).without ?? "",
      /media types and status codes of responses that the document has not$/,
    );
  });

  it("OASValidation × azure-apim: bodies of each JSON type that the document has are compared, in both directions", () => {
    const bodyTypes = ["application/hal+json", "application/json", "application/json-patch+json"];
    const types = elements(documentOf(checking(bothChecked), settings, describing({ bodyTypes })), "content");
    assert.deepEqual(
      types.map(({ attributes }) => attributes["type"]),
      [...bodyTypes, ...bodyTypes],
    );
    for (const { attributes } of types) assert.equal(attributes["action"], "prevent");
  });

  it("OASValidation × azure-apim: bodies that are no JSON and schemas that were cut are not checked, and that is told", () => {
    const without = (contents: Partial<DocumentContents>) =>
      outcomeOf("OASValidation", checking({ requestEnabled: true }), settings, describing(contents))
        .without ?? "";
    const others = [
      "*/*",
      "application/*+json",
      "application/xml",
      "multipart/form-data",
      "text/csv",
      "text/json",
    ];
    assert.match(
      without({ bodyTypes: ["application/json", ...others] }),
      /, and bodies that are no JSON \(\*\/\*, application\/\*\+json, [^)]*, text\/csv and 1 more\)$/,
    );
    assert.match(without({ cut: true }), /, and what is inside schemas that contain themselves/);
    assert.equal(without({ bodyTypes: ["application/json"] }), without({}));
  });

  it("OASValidation × azure-apim: headers, query parameters and cookies that the document has not are refused, or allowed", () => {
    const strict = documentOf(checking({ requestEnabled: true }));
    const action = (document: string, where: string) =>
      only(document, where).attributes["unspecified-parameter-action"];
    assert.equal(action(strict, "validate-parameters"), "prevent");
    assert.equal(action(strict, "headers"), "prevent");

    const allowing = checking({
      requestEnabled: true,
      allowUnspecifiedHeaders: true,
      allowUnspecifiedQueryParams: true,
      allowUnspecifiedCookies: true,
    });
    assert.equal(action(documentOf(allowing), "validate-parameters"), "ignore");
    assert.equal(action(documentOf(allowing), "headers"), "ignore");
    assert.doesNotMatch(outcomeOf("OASValidation", allowing).without ?? "", /cookies/);
  });

  it("OASValidation × azure-apim: headers of HTTP itself, of keys and of limits pass", () => {
    const policies = documentOf(
      checking(
        { requestEnabled: true },
        { rateLimit: { enabled: true, limit: "5", identifier: "X-Client" } },
      ),
    );
    for (const name of ["Host", "User-Agent", "Authorization", "Ocp-Apim-Subscription-Key", "x-client"])
      assert.ok(exceptions(policies, "headers").includes(name), name);
    assert.deepEqual(exceptions(policies, "query"), ["subscription-key"]);
  });

  it("OASValidation × azure-apim: headers that Azure Front Door and Application Gateway add pass", () => {
    const passing = exceptions(documentOf(checking({ requestEnabled: true })), "headers");
    for (const name of [
      "X-Azure-FDID",
      "X-Azure-ClientIP",
      "X-FD-HealthProbe",
      "X-AppGW-Trace-Id",
      "X-Original-Host",
    ])
      assert.ok(passing.includes(name), name);
  });

  it("OASValidation × azure-apim: headers that CORS allows pass, but for those that the document describes", () => {
    const allowHeaders = "x-requested-with, X-Shop, X-Till, *, X.Dot";
    const passing = (enabled: boolean, contents = describing({ headers: ["x-till"] })) =>
      exceptions(
        documentOf(
          checking(
            { requestEnabled: true },
            { CORS: { enabled, handlePreflightRequests: { allowHeaders } } },
          ),
          settings,
          contents,
        ),
        "headers",
      );
    assert.deepEqual(
      passing(true).filter((name) => !passing(false).includes(name)),
      ["X-Shop"],
    );
    assert.deepEqual(passing(true, context), passing(false));
  });

  it("OASValidation × azure-apim: not enforced without a document, or where it checks nothing", () => {
    const api = checking({ requestEnabled: true, responseEnabled: true });
    const without = { backend: "http://20.0.0.1" };
    assert.match(
      outcomeOf("OASValidation", api, settings, without).because ?? "",
      /^needs the API's document/,
    );
    assert.deepEqual(elements(documentOf(api, settings, without), "validate-content"), []);
    assert.match(
      outcomeOf("OASValidation", checking({ allowUnspecifiedHeaders: true })).because ?? "",
      /^checks neither/,
    );
  });
});

describe("templates behind Azure API Management", () => {
  it("template × azure-apim: the policy fragment of that id is included", () => {
    const api = apiWith({ template: "gold_2-a" });
    assert.equal(only(documentOf(api), "include-fragment").attributes["fragment-id"], "gold_2-a");
    assert.deepEqual(outcomeOf("template", api), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: include-fragment gold_2-a",
    });
  });

  it("template × azure-apim: not enforced where it can be no id of a fragment", () => {
    const api = apiWith({ template: "gold template" });
    assert.deepEqual(elements(documentOf(api), "include-fragment"), []);
    assert.match(outcomeOf("template", api).because ?? "", /^must be the id of a policy fragment/);
  });
});

describe("keys behind Azure API Management", () => {
  const keysOf = (spec: Json) => {
    const { subscriptionRequired, subscriptionKeyParameterNames } = apiArgs(
      { api: apiWith(spec), settings, context, document: "{}" },
      "http://20.0.0.1",
    );
    return { subscriptionRequired, subscriptionKeyParameterNames };
  };
  const names = { header: "Ocp-Apim-Subscription-Key", query: "subscription-key" };

  it("apiKeyVerification × azure-apim: the Api asks for a subscription key", () => {
    assert.deepEqual(keysOf({ apiKeyVerification: { enabled: true } }), {
      subscriptionRequired: true,
      subscriptionKeyParameterNames: names,
    });
    assert.equal(keysOf({}).subscriptionRequired, false);
    assert.deepEqual(outcomeOf("apiKeyVerification", apiWith({ apiKeyVerification: { enabled: true } })), {
      enforcedBy:
        "Api r1-catalog-api: subscription keys in the header Ocp-Apim-Subscription-Key or the query parameter " +
        "subscription-key",
    });
  });

  it("apiKeyVerification.location × azure-apim: a key is taken from the header and the query, whichever is named", () => {
    for (const location of ["header", "Query"]) {
      const apiKeyVerification = { enabled: true, location };
      assert.deepEqual(keysOf({ apiKeyVerification }).subscriptionKeyParameterNames, names);
      assert.equal(outcomeOf("apiKeyVerification", apiWith({ apiKeyVerification })).without, undefined);
    }
  });

  it("apiKeyVerification.location × azure-apim: any other place is told, and keys are asked for all the same", () => {
    const apiKeyVerification = { enabled: true, location: "cookie" };
    assert.equal(keysOf({ apiKeyVerification }).subscriptionRequired, true);
    assert.equal(
      outcomeOf("apiKeyVerification", apiWith({ apiKeyVerification })).without,
      'a key at "cookie", where API Management takes none',
    );
  });
});
