/** APIs whose policy documents are kept in `golden/`, by the name of the file. */
import { type ApiContext, type AzureApimSettings } from "../../../components";
import { type Json } from "../../spec/examples";
import { apiWith, context, document, documentOf, entra, keycloak, settings, withCluster } from "./examples";

const CORS = { enabled: true, allowOrigins: "https://shop.example.com, https://admin.example.com:8443" };
const rateLimit = { enabled: true, limit: "100", interval: "pm" };
const OASValidation = { requestEnabled: true, responseEnabled: true };

interface Combination {
  readonly spec?: Json;
  readonly annotations?: Json;
  readonly settings?: Partial<AzureApimSettings>;
  readonly context?: ApiContext;
}

const partner = { ...keycloak, name: "partner", issuer: "https://partner.example.org" };
const anyClient = { ...entra, clientIds: [] };

const combinations: Readonly<Record<string, Combination>> = {
  none: {},
  cors: { spec: { CORS } },
  "cors-every-origin": { spec: { CORS: { enabled: true } } },
  "cors-credentials": {
    spec: {
      CORS: {
        ...CORS,
        allowCredentials: true,
        handlePreflightRequests: { allowMethods: "*", allowHeaders: "*", maxAge: 0 },
      },
    },
  },
  "rate-limit-ip": { spec: { rateLimit } },
  "rate-limit-header": {
    spec: { rateLimit: { ...rateLimit, identifier: "header:X-Client", interval: "ps" } },
  },
  "rate-limit-subscription": {
    spec: { rateLimit: { ...rateLimit, identifier: "subscription" }, apiKeyVerification: { enabled: true } },
  },
  "rate-limit-claim": {
    spec: { rateLimit: { ...rateLimit, identifier: "claim:sub" } },
    annotations: { jwt: "keycloak" },
  },
  quota: { spec: { quota: { limit: "10000" } } },
  "quota-subscription": { spec: { quota: { limit: "10000", identifier: "Ocp-Apim-Subscription-Key" } } },
  "consumption-tier": {
    spec: { rateLimit, quota: { limit: "10000" }, CORS },
    settings: { tier: "consumption" },
  },
  "jwt-entra": { annotations: { jwt: "entra" } },
  "jwt-entra-any-client": { annotations: { jwt: "entra" }, settings: { jwt: [anyClient] } },
  "jwt-oidc": { annotations: { jwt: "keycloak" } },
  "jwt-two-providers": { annotations: { jwt: "entra,keycloak" } },
  "jwt-three-providers": {
    annotations: { jwt: "entra,keycloak,partner" },
    settings: { jwt: [keycloak, entra, partner] },
  },
  "jwt-unknown-provider": { annotations: { jwt: "unheard-of" } },
  "validation-requests": { spec: { OASValidation: { requestEnabled: true } } },
  "validation-responses": { spec: { OASValidation: { responseEnabled: true } } },
  "validation-unspecified-allowed": {
    spec: {
      OASValidation: {
        requestEnabled: true,
        allowUnspecifiedHeaders: true,
        allowUnspecifiedQueryParams: true,
        allowUnspecifiedCookies: true,
      },
    },
  },
  "validation-query-only": {
    spec: { OASValidation: { requestEnabled: true, allowUnspecifiedHeaders: true } },
  },
  "validation-media-types": {
    spec: { OASValidation },
    context: {
      ...context,
      document: {
        ...document,
        contents: {
          bodyTypes: [
            "application/hal+json",
            "application/json",
            "application/json-patch+json",
            "application/xml",
            "multipart/form-data",
          ],
          headers: [],
          cut: false,
        },
      },
    },
  },
  "validation-without-json": {
    spec: { OASValidation },
    context: {
      ...context,
      document: { ...document, contents: { bodyTypes: ["application/xml"], headers: [], cut: true } },
    },
  },
  "validation-and-cors": {
    spec: {
      OASValidation: { requestEnabled: true },
      CORS: {
        ...CORS,
        handlePreflightRequests: { allowHeaders: "content-type, X-Shop, X-Till" },
      },
    },
    context: {
      ...context,
      document: {
        ...document,
        contents: { bodyTypes: ["application/json"], headers: ["x-till"], cut: false },
      },
    },
  },
  template: { spec: { template: "gold" } },
  "streamed-answers": { spec: { apiType: "mcp" } },
  "host-of-the-cluster": { settings: withCluster({ host: "apis.cluster.example.com" }) },
  all: {
    spec: {
      CORS,
      rateLimit: { ...rateLimit, identifier: "claim:azp" },
      quota: { limit: "10000", identifier: "claim:sub" },
      apiKeyVerification: { enabled: true, location: "header" },
      OASValidation,
      template: "gold",
    },
    annotations: { jwt: "entra,keycloak" },
    settings: withCluster({ host: "apis.cluster.example.com" }),
  },
  "all-consumption-tier": {
    spec: {
      CORS,
      rateLimit,
      quota: { limit: "10000" },
      apiKeyVerification: { enabled: true },
      OASValidation,
      template: "gold",
    },
    annotations: { jwt: "entra,keycloak" },
    settings: { tier: "consumption" },
  },
};

/** The policy document of each combination. */
export const documents: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(combinations).map(([name, combination]) => [
    name,
    documentOf(
      apiWith(combination.spec, combination.annotations),
      { ...settings, ...combination.settings },
      combination.context ?? context,
    ),
  ]),
);
