/** What API Management asks of an entity before it takes it, and before it lets it go. */
import { type Entities, type Entity } from "./entities";
import { type KindPattern, type Properties } from "./kinds";
import { referencesOf } from "./policy";
import { invalid, Refusal } from "./refusal";

/** An entity that is to be written. */
export interface Proposed {
  readonly path: string;
  readonly pattern: KindPattern;
  readonly properties: Properties;
}

type Rule = (proposed: Proposed, entities: Entities) => void;

/** The path below the service that an ARM id names, or the id itself where it is not one of a service. */
export function pathOf(id: unknown): string {
  const text = typeof id === "string" ? id : "";
  return /\/service\/[^/]+\/(.+)$/i.exec(text)?.[1] ?? text.replace(/^\//, "");
}

function required(...names: readonly string[]): Rule {
  return ({ properties }) => {
    for (const name of names) {
      if ((properties[name] ?? "") === "") throw invalid(name, `${name} is required.`);
    }
  };
}

function refers(name: string): Rule {
  return ({ properties }, entities) => {
    if (properties[name] === undefined) return;
    if (entities.get(pathOf(properties[name])) === undefined) {
      throw invalid(name, `Entity with specified identifier not found: ${pathOf(properties[name])}`);
    }
  };
}

/** The path of an API is its own, but for the other versions of its version set. */
const ownPath: Rule = ({ path, properties }, entities) => {
  const { apiVersionSetId: set, apiVersion } = properties;
  if (set !== undefined && (apiVersion ?? "") === "") {
    throw invalid("apiVersion", "apiVersion is required in a version set.");
  }
  const taken = entities
    .in("apis")
    .find(
      (other) =>
        other.path.toLowerCase() !== path.toLowerCase() &&
        trimmed(other.properties["path"]) === trimmed(properties["path"]) &&
        (set === undefined ||
          pathOf(other.properties["apiVersionSetId"]) !== pathOf(set) ||
          other.properties["apiVersion"] === apiVersion),
    );
  if (taken === undefined) return;
  throw invalid(
    "path",
    `Cannot create API with the same Path '${String(properties["path"])}' as ${taken.path}.`,
  );
};

function trimmed(path: unknown): string {
  return (typeof path === "string" ? path : "").replace(/^\/+|\/+$/g, "").toLowerCase();
}

const identityProviders: Rule = ({ properties }, entities) => {
  const { openidAuthenticationSettings: settings = [] } = (properties["authenticationSettings"] ?? {}) as {
    readonly openidAuthenticationSettings?: readonly { readonly openidProviderId?: string }[];
  };
  for (const { openidProviderId: id = "" } of settings) {
    if (entities.get(`openidConnectProviders/${id}`) === undefined) {
      throw invalid("openidProviderId", `OpenID Connect Provider ${id} not found.`);
    }
  }
};

const policy: Rule = ({ path, properties }, entities) => {
  if (!path.toLowerCase().endsWith("/policies/policy"))
    throw invalid("policyId", "The policy id is 'policy'.");
  const { fragments, backends, namedValues } = referencesOf(properties["value"]);
  for (const id of fragments) {
    if (entities.get(`policyFragments/${id}`) === undefined) {
      throw invalid("value", `Policy fragment '${id}' could not be found.`);
    }
  }
  for (const id of backends) {
    if (entities.get(`backends/${id}`) === undefined) {
      throw invalid("value", `Backend with id '${id}' could not be found.`);
    }
  }
  const known = entities.in("namedValues").map(({ properties: value }) => value["displayName"]);
  for (const name of namedValues) {
    if (!known.includes(name)) throw invalid("value", `Cannot find a property '${name}'.`);
  }
};

const linkedOnce: Rule = ({ path, properties }, entities) => {
  const collection = path.split("/").slice(0, -1).join("/");
  const twice = entities
    .in(collection)
    .some(
      (other) => other.path !== path && pathOf(other.properties["apiId"]) === pathOf(properties["apiId"]),
    );
  if (twice) throw new Refusal(409, "Conflict", "Link already exists between specified Product and API.");
};

const namedValue: Rule = ({ properties }) => {
  const { displayName, keyVault, value } = properties;
  if (!/^[A-Za-z0-9-._]{1,256}$/.test(String(displayName))) {
    throw invalid("displayName", "Only letters, digits, '-', '.' and '_'.");
  }
  if ((keyVault === undefined) === (value === undefined)) throw invalid("value", "Either value or keyVault.");
};

const scope: Rule = ({ properties }, entities) => {
  const path = pathOf(properties["scope"]);
  if (path !== "apis" && entities.get(path) === undefined)
    throw invalid("scope", "Subscription scope should be valid.");
};

const rules: Readonly<Record<KindPattern, readonly Rule[]>> = {
  "apis/*": [required("path"), refers("apiVersionSetId"), ownPath, identityProviders],
  "apis/*/policies/*": [policy],
  "apis/*/operations/*": [required("displayName", "method", "urlTemplate")],
  "apis/*/operations/*/policies/*": [policy],
  "apis/*/diagnostics/*": [required("loggerId"), refers("loggerId")],
  "apiVersionSets/*": [required("displayName", "versioningScheme")],
  "backends/*": [required("url", "protocol")],
  "namedValues/*": [required("displayName"), namedValue],
  "loggers/*": [required("loggerType")],
  "openidConnectProviders/*": [required("displayName", "metadataEndpoint", "clientId")],
  "policyFragments/*": [required("value")],
  "products/*": [required("displayName")],
  "products/*/apiLinks/*": [required("apiId"), refers("apiId"), linkedOnce],
  "subscriptions/*": [required("displayName", "scope"), scope],
};

/** @throws Refusal for an entity that is not taken. */
export function checkWrite(proposed: Proposed, entities: Entities): void {
  if (!entities.hasParent(proposed.path)) {
    throw new Refusal(404, "ResourceNotFound", "Parent entity not found.");
  }
  for (const rule of rules[proposed.pattern]) rule(proposed, entities);
}

/** @throws Refusal for an entity that another one refers to. */
export function checkDelete(path: string, entities: Entities): void {
  const [kind = "", id = ""] = path.split("/");
  const user = entities.all().find((other) => other.path !== path && usesOf(other, kind).includes(id));
  if (user !== undefined && path.split("/").length === 2) {
    throw new Refusal(400, "ValidationError", `Entity is in use by ${user.path} and cannot be deleted.`);
  }
}

/** Ids of entities of a kind that another one cannot do without. */
function usesOf({ path, properties }: Entity, kind: string): readonly string[] {
  const idIn = (name: string): string[] => [pathOf(properties[name]).split("/")[1] ?? ""];
  const isPolicy = path.endsWith("/policies/policy");
  if (kind === "apiVersionSets" && /^apis\/[^/]+$/.test(path)) return idIn("apiVersionSetId");
  if (kind === "loggers" && path.includes("/diagnostics/")) return idIn("loggerId");
  if (kind === "products" && path.startsWith("subscriptions/")) return idIn("scope");
  if (kind === "backends" && isPolicy) return referencesOf(properties["value"]).backends;
  if (kind === "policyFragments" && isPolicy) return referencesOf(properties["value"]).fragments;
  return [];
}
