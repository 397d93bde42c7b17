import assert from "node:assert/strict";
import { apiArgs } from "../../../components/azureApim/entities";
import {
  apiWith,
  CLIENT,
  context,
  documentOf,
  entra,
  keycloak,
  outcomeOf,
  settings,
  TENANT,
} from "./examples";
import { elements, only, read, texts } from "./policyChecks";

const partner = {
  ...keycloak,
  name: "partner",
  issuer: "https://partner.example.org",
  audiences: ["partner"],
};

function asking(jwt: string) {
  return apiWith({}, { jwt });
}

describe("tokens behind Azure API Management", () => {
  it("jwt × azure-apim: tokens of Entra ID are checked by validate-azure-ad-token", () => {
    const document = documentOf(asking("entra"));
    assert.deepEqual(only(document, "validate-azure-ad-token").attributes, {
      "tenant-id": TENANT,
      "header-name": "Authorization",
      "failed-validation-httpcode": "401",
      "output-token-variable-name": "oda-token",
    });
    assert.deepEqual(texts(document, "application-id"), [CLIENT]);
    assert.deepEqual(texts(document, "audience"), [`api://${CLIENT}`]);
    assert.deepEqual(outcomeOf("jwt", asking("entra")), {
      enforcedBy: "ApiPolicy of API r1-catalog-api: validate-azure-ad-token for entra",
    });
  });

  it("jwt × azure-apim: where any client of the tenant may call, by validate-jwt", () => {
    const document = documentOf(asking("entra"), { ...settings, jwt: [{ ...entra, clientIds: [] }] });
    assert.deepEqual(elements(document, "validate-azure-ad-token"), []);
    assert.equal(
      only(document, "openid-config").attributes["url"],
      `https://login.microsoftonline.com/${TENANT}/v2.0/.well-known/openid-configuration`,
    );
    assert.deepEqual(texts(document, "issuer"), [
      `https://login.microsoftonline.com/${TENANT}/v2.0`,
      `https://sts.windows.net/${TENANT}/`,
    ]);
  });

  it("jwt × azure-apim: tokens of any other provider are checked by validate-jwt", () => {
    const document = documentOf(asking("keycloak"));
    const { attributes } = only(document, "validate-jwt");
    assert.equal(attributes["require-scheme"], "Bearer");
    assert.equal(attributes["require-signed-tokens"], "true");
    assert.equal(only(document, "openid-config").attributes["url"], keycloak.metadataUrl);
    assert.deepEqual(texts(document, "issuer"), [keycloak.issuer]);
    assert.deepEqual(texts(document, "audience"), ["oda"]);
  });

  it("jwt × azure-apim: one without audiences is told, as any token of its issuer passes", () => {
    const { without, enforcedBy } = outcomeOf("jwt", asking("keycloak,partner"), {
      ...settings,
      jwt: [{ ...keycloak, audiences: [] }, partner],
    });
    assert.equal(without, "a look at whom a token is for (audiences of keycloak)");
    assert.ok(enforcedBy?.endsWith("validate-jwt for keycloak, validate-jwt for partner"));
  });

  it("jwt × azure-apim: each of several providers has a check of its own, which the issuer in the token decides on", () => {
    const document = documentOf(asking("keycloak,partner"), { ...settings, jwt: [keycloak, partner] });
    const [when, otherwise] = only(document, "choose").children;
    assert.match(when?.attributes["condition"] ?? "", /\.AsJwt\(\)\?\.Issuer == "https:\/\/id\.example\.com/);
    const audiences = [when, otherwise].map((branch) =>
      branch?.children.flatMap(({ children }) =>
        children
          .filter(({ name }) => name === "audiences")
          .flatMap(({ children: each }) => each.map((a) => a.text)),
      ),
    );
    assert.deepEqual(audiences, [["oda"], ["partner"]]);
  });

  it("jwt × azure-apim: an API that names providers nobody knows is closed", () => {
    const document = documentOf(asking("unheard-of"));
    const [inbound] = read(document).children;
    assert.deepEqual(
      inbound?.children.map(({ name }) => name),
      ["base", "return-response", "set-backend-service"],
    );
    assert.match(
      outcomeOf("jwt", asking("unheard-of")).because ?? "",
      /^names providers .* \(unheard-of\); every request is refused meanwhile$/,
    );
  });

  it("jwt × azure-apim: of providers of which some are unknown, only tokens of the others are taken", () => {
    const api = asking("keycloak,unheard-of");
    assert.deepEqual(texts(documentOf(api), "issuer"), [keycloak.issuer]);
    assert.match(outcomeOf("jwt", api).because ?? "", /\(unheard-of\); only tokens of the others are taken$/);
  });

  it("jwt × azure-apim: the Api itself leads nowhere, so that nothing is open before its policy is there", () => {
    const serviceUrl = (api = asking("keycloak")) =>
      apiArgs({ api, settings, context, document: "{}" }, "http://20.0.0.1").serviceUrl;
    assert.equal(serviceUrl(), "https://policy.invalid");
    assert.equal(serviceUrl(apiWith()), `http://20.0.0.1${apiWith().path}`);
  });

  it("jwt.providers × azure-apim: those with a client for the developer portal are linked to the Api", () => {
    const linked = (clientId?: string) =>
      apiArgs(
        {
          api: asking("entra,keycloak"),
          settings: {
            ...settings,
            jwt: [entra, { ...keycloak, ...(clientId === undefined ? {} : { clientId }) }],
          },
          context,
          document: "{}",
        },
        "http://20.0.0.1",
      ).authenticationSettings;
    assert.equal(linked(), undefined);
    assert.deepEqual(linked("portal"), {
      openidAuthenticationSettings: [
        { openidProviderId: "keycloak", bearerTokenSendingMethods: ["authorizationHeader"] },
      ],
    });
  });
});
