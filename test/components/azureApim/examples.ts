/** APIs behind Azure API Management and what is declared for them, as plain data. */
import "../mocks";
import {
  defaultIstioSettings,
  policiesOf,
  type ApiContext,
  type AzureApimSettings,
  type PolicyOutcome,
} from "../../../components";
import { policyDocument } from "../../../components/azureApim/policies/policyDocument";
import { type ExposedApi, type PolicyField } from "../../../spec";
import { annotated, parse, rulesWith, type Json } from "../../spec/examples";
import { azureExample } from "../../support/azure/settings";

export const PATH = "/r1-catalog/tmf-api/productCatalogManagement/v4";

export const SERVICE_ID =
  "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/oda-rg" +
  "/providers/Microsoft.ApiManagement/service/oda-apim";

export const TENANT = "00000000-0000-4000-8000-00000000000a";
export const CLIENT = "00000000-0000-4000-8000-00000000000c";

export const entra = {
  type: "entra",
  name: "entra",
  tenantId: TENANT,
  clientIds: [CLIENT],
  audiences: [`api://${CLIENT}`],
} as const;

export const keycloak = {
  type: "oidc",
  name: "keycloak",
  issuer: "https://id.example.com/realms/oda",
  metadataUrl: "https://id.example.com/realms/oda/.well-known/openid-configuration",
  audiences: ["oda"],
} as const;

/** Settings of a service with two providers of tokens. */
export const settings: AzureApimSettings = azureExample({ jwt: [entra, keycloak] });

/** Settings with changes to the way into the cluster. */
export function withCluster(changes: Json, others: Partial<AzureApimSettings> = {}): AzureApimSettings {
  return {
    ...settings,
    ...others,
    cluster: { ...settings.cluster, ...changes },
  };
}

/** Settings with an Istio gateway as the way into the cluster. */
export function withIstio(changes: Json = {}, others: Partial<AzureApimSettings> = {}): AzureApimSettings {
  const cluster = { type: "istio", tls: false, isolate: false, istio: defaultIstioSettings, ...changes };
  return { ...settings, ...others, cluster: cluster as AzureApimSettings["cluster"] };
}

export const document = { digest: "d".repeat(64), format: "openapi+json", version: "4.1.0" } as const;

/** What the cluster says once all is there. */
export const context: ApiContext = { backend: "http://20.0.0.1", document };

/** An API with these fields of a spec, and these annotations of `oda.tmforum.org`. */
export function apiWith(changes: Json = {}, annotations: Json = {}, metadata: Json = {}): ExposedApi {
  const rules = rulesWith({ jwtProviders: ["entra", "keycloak", "partner", "unheard-of"] });
  return parse(changes, { ...metadata, ...annotated(annotations) }, rules);
}

/** The policy document of an API. */
export function documentOf(
  api: ExposedApi,
  of: AzureApimSettings = settings,
  around: ApiContext = context,
): string {
  return policyDocument({ api, settings: of, context: around });
}

/** What becomes of one policy of an API, where requests come by API Management alone. */
export function outcomeOf(
  policy: PolicyField,
  api: ExposedApi,
  of: AzureApimSettings = settings,
  around: ApiContext = context,
): Omit<PolicyOutcome, "policy"> {
  const cluster = { ...of.cluster, allowFrom: of.cluster.allowFrom ?? ["20.0.0.0/24"] };
  return openOutcomeOf(policy, api, { ...of, cluster }, around);
}

/** What becomes of one policy of an API with exactly these settings. */
export function openOutcomeOf(
  policy: PolicyField,
  api: ExposedApi,
  of: AzureApimSettings = settings,
  around: ApiContext = context,
): Omit<PolicyOutcome, "policy"> {
  const outcome = policiesOf({ api, settings: of, context: around }).find((each) => each.policy === policy);
  if (outcome === undefined) throw new Error(`nothing is said of ${policy}`);
  return Object.fromEntries(Object.entries(outcome).filter(([key]) => key !== "policy"));
}
