// Texts that are meant to break out of a policy document, wherever a spec has texts.
import assert from "node:assert/strict";
import { type ExposedApi } from "../../../spec";
import { ill } from "../../support/azure/arm/wellFormed";
import { apiWith, context, documentOf, keycloak, outcomeOf, settings } from "./examples";
import { assertAccepted, read, type Node } from "./policyChecks";

const corpus: readonly string[] = [
  "</header></allowed-headers></cors><base/>",
  `"/><set-backend-service base-url="https://evil.example"/><x y="`,
  "<![CDATA[ <return-response/> ]]>",
  "]]>",
  "<!-- -->",
  "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
  "&lt;&amp;&#x3c;&quot;",
  "<?xml version='1.0'?>",
  '@(context.Variables["x"])',
  "@{ return context.Deployment.ServiceName; }",
  'x@(1)"',
  "{{app-insights-key}}",
  "a{{b}}c",
  `" + context.Request.Body.As<string>() + "`,
  '\\" + (1) + \\"',
  "\u0000",
  "a\nb",
  "\u001b[31m",
  "\u0085\u009f",
  "\ud800",
  "x\udfff",
  "\ufffe",
  "\u202eexe.lmx",
  "x".repeat(10_000),
  `${"<".repeat(5_000)}${"@(".repeat(5_000)}`,
  "",
];

type Place = (api: ExposedApi, text: string) => ExposedApi;

/** Each place of the model with a text that may reach the document, whatever the parser lets through. */
const places: Readonly<Record<string, Place>> = {
  "CORS.allowOrigins": (api, text) => ({ ...api, cors: { ...api.cors, allowOrigins: [text] } }),
  "CORS.allowMethods": (api, text) => preflight(api, { allowMethods: [text] }),
  "CORS.allowHeaders": (api, text) => preflight(api, { allowHeaders: ["Accept", text] }),
  "rateLimit.identifier, a header": (api, name) => ({
    ...api,
    rateLimit: { ...api.rateLimit, identifier: { type: "header", name } },
  }),
  "rateLimit.identifier, a claim": (api, name) => ({
    ...api,
    rateLimit: { ...api.rateLimit, identifier: { type: "claim", name } },
  }),
  "quota.identifier": (api, identifier) => ({ ...api, quota: { ...api.quota, identifier } }),
  "quota.identifier, a claim": (api, text) => ({
    ...api,
    quota: { ...api.quota, identifier: `claim:${text}` },
  }),
  "apiKeyVerification.location": (api, location) => ({
    ...api,
    apiKeyVerification: { enabled: true, location },
  }),
  template: (api, text) => ({ ...api, template: text }),
  jwt: (api, text) => ({ ...api, jwt: [...api.jwt, text] }),
  name: (api, apiName) => ({ ...api, apiName }),
  hostname: (api, hostname) => ({ ...api, hostname }),
};

function preflight(
  api: ExposedApi,
  changes: Partial<ExposedApi["cors"]["handlePreflightRequests"]>,
): ExposedApi {
  const handlePreflightRequests = { ...api.cors.handlePreflightRequests, ...changes };
  return { ...api, cors: { ...api.cors, handlePreflightRequests } };
}

const asking = apiWith(
  {
    CORS: { enabled: true },
    rateLimit: { enabled: true, limit: "5" },
    quota: { limit: "5" },
    apiKeyVerification: { enabled: true },
    OASValidation: { requestEnabled: true, responseEnabled: true },
    template: "gold",
  },
  { jwt: "keycloak" },
);

/** Names of all elements, in their order: what a document does. */
function shape({ name, children }: Node): string {
  return `${name}(${children.map(shape).join()})`;
}

describe("a hostile text in a spec", () => {
  for (const [place, put] of Object.entries(places)) {
    it(`is nothing but a text, or refused, in ${place}`, () => {
      for (const text of corpus) assertAccepted(documentOf(put(asking, text)));
    });
  }

  it("is the same text once the document is read, whatever it looks like in XML", () => {
    // The library's own parser would read a reference in what a reference was read from.
    for (const text of ["&#64;(1)", "&#x7b;&#x7b;key}}", "&amp;", "&lt;", "&name;", "a & b; c", "&&#38;;"]) {
      const document = documentOf(preflight(asking, { allowHeaders: [text] }));
      assert.equal(ill(document), undefined);
      assert.ok(document.includes(`<header>${text.replaceAll("&", "&amp;")}</header>`), text);
    }
  });

  it("adds no element to a document", () => {
    const known = new Set(shape(read(documentOf(asking))).split(/[(),]+/));
    for (const put of Object.values(places)) {
      for (const text of corpus) {
        const names = shape(read(documentOf(put(asking, text)))).split(/[(),]+/);
        assert.deepEqual(
          names.filter((name) => !known.has(name)),
          [],
        );
      }
    }
  });

  it("has the policy left out, and told, where API Management would evaluate it", () => {
    for (const text of ["@(1)", "@{return 1;}", "{{key}}", "a\u0000b", "\ud800"]) {
      const { because } = outcomeOf("CORS", preflight(asking, { allowHeaders: [text] }));
      assert.match(
        because ?? "",
        /an origin, a method or a header that API Management would not take as a text/,
      );
      assert.ok(!documentOf(preflight(asking, { allowHeaders: [text] })).includes("<cors"));
    }
  });

  it("has a name that could end a quotation in an expression left out, and told", () => {
    for (const name of ['x"', "x\\", "x.y", "x y", "x".repeat(65), ""]) {
      const api = {
        ...asking,
        rateLimit: { ...asking.rateLimit, identifier: { type: "header", name } as const },
      };
      assert.match(outcomeOf("rateLimit", api).because ?? "", /^counts by the header ".*", and only letters/);
    }
  });

  it("leaves an API closed that asks for tokens of a provider that cannot be written", () => {
    for (const change of [
      { issuer: 'https://x/") || ("' },
      { metadataUrl: "https://x/{{secret}}" },
      { audiences: ["@(1)"] },
    ]) {
      const hostile = { ...settings, jwt: [{ ...keycloak, ...change }] };
      assert.match(documentOf(asking, hostile), /<return-response>\s*<set-status code="401"/);
      assert.match(
        outcomeOf("jwt", asking, hostile).because ?? "",
        /\(keycloak\); every request is refused meanwhile$/,
      );
    }
  });

  it("in the platform's own settings is an error, and never part of a document", () => {
    const hostile = { ...settings, subscriptionKey: { header: "{{x}}", query: "@(1)" } };
    assert.throws(() => documentOf(asking, hostile, context), /have API Management evaluate a text/);
  });
});
