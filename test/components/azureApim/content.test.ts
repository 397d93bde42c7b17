import assert from "node:assert/strict";
import { apiArgs } from "../../../components/azureApim/entities";
import { type Json } from "../../spec/examples";
import { apiWith, context, documentOf, outcomeOf, settings } from "./examples";
import { elements, only, read } from "./policyChecks";

const checking = (OASValidation: Json, others: Json = {}) => apiWith({ OASValidation, ...others });

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
      without: "cookies, which API Management does not check",
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
    assert.equal(outcomeOf("OASValidation", api).without, "bodies of responses of more than 102400 bytes");
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
    assert.equal(outcomeOf("OASValidation", allowing).without, undefined);
  });

  it("OASValidation × azure-apim: headers of HTTP itself, of keys and of limits pass", () => {
    const document = documentOf(
      checking(
        { requestEnabled: true },
        { rateLimit: { enabled: true, limit: "5", identifier: "X-Client" } },
      ),
    );
    for (const name of ["Host", "User-Agent", "Authorization", "Ocp-Apim-Subscription-Key", "x-client"])
      assert.ok(exceptions(document, "headers").includes(name), name);
    assert.deepEqual(exceptions(document, "query"), ["subscription-key"]);
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
