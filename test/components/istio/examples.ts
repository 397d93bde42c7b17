/** APIs behind Istio and what is declared for them, as plain data. */
import "../mocks";
import {
  defaultIstioSettings,
  gatewayObjects,
  platformObjects,
  policiesOf,
  type ApiContext,
  type IstioSettings,
  type OwnedObject,
  type PolicyOutcome,
} from "../../../components";
import { type ExposedApi, type PolicyField } from "../../../spec";
import { annotated, parse, rulesWith, type Json } from "../../spec/examples";

export const PATH = "/r1-catalog/tmf-api/productCatalogManagement/v4";

export const keycloak = {
  name: "keycloak",
  issuer: "https://id.example.com/realms/oda",
  jwksUri: "https://id.example.com/realms/oda/certs",
  audiences: ["oda"],
};
export const partner = { name: "partner", issuer: "https://partner.example.org", jwks: '{"keys":[]}' };

/** A platform with two JWT providers and a service that knows API keys. */
export const guarded: IstioSettings = {
  ...defaultIstioSettings,
  jwt: [keycloak, partner],
  apiKeys: { provider: "api-key-check" },
};

/** An API with these fields of a spec, and these annotations of `oda.tmforum.org`. */
export function apiWith(changes: Json, annotations: Json = {}, metadata: Json = {}): ExposedApi {
  return parse(changes, { ...metadata, ...annotated(annotations) }, rulesWith({}));
}

/** What is declared for an API. */
export function objectsOf(
  api: ExposedApi,
  settings: IstioSettings = defaultIstioSettings,
  context?: ApiContext,
): readonly OwnedObject[] {
  return gatewayObjects({ api, settings, context });
}

/** Kind, namespace and name of each object. */
export function idsOf(objects: readonly OwnedObject[]): readonly string[] {
  return objects.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
}

/** Spec of the one object of a kind, and of a name that ends so where there are more. */
export function specOf(objects: readonly OwnedObject[], kind: string, ending = ""): Json {
  const found = objects.filter((object) => object.kind === kind && object.name.endsWith(ending));
  if (found.length !== 1) throw new Error(`${found.length} objects of kind ${kind}`);
  return found[0]?.fields["spec"] as Json;
}

/** Spec of the one object of a kind that all APIs share. */
export function sharedSpecOf(settings: IstioSettings, kind: string): Json {
  return specOf(platformObjects(settings), kind);
}

/** The patches of an EnvoyFilter: what each is applied to, its match and what it sets. */
export function patchesOf(spec: Json): { applyTo: string; match: Json; patch: Json }[] {
  return spec["configPatches"] as { applyTo: string; match: Json; patch: Json }[];
}

/** What becomes of one policy of an API. */
export function outcomeOf(
  policy: PolicyField,
  api: ExposedApi,
  settings: IstioSettings = defaultIstioSettings,
  context?: ApiContext,
): Omit<PolicyOutcome, "policy"> {
  const outcome = policiesOf({ api, settings, context }).find((each) => each.policy === policy);
  if (outcome === undefined) throw new Error(`nothing is said of ${policy}`);
  return Object.fromEntries(Object.entries(outcome).filter(([key]) => key !== "policy"));
}
