/**
 * The one model of a TM Forum ODA exposed API that the rest of the program works with, whatever served version
 * or shape the custom resource was written in. `parse.ts` makes it, nothing changes it afterwards.
 */

/** API group of every ODA custom resource. */
export const GROUP = "oda.tmforum.org";

/** Label on every ODA object: the name of the Component it belongs to. */
export const COMPONENT_NAME_LABEL = `${GROUP}/componentName`;

/** Annotation by which one object chooses another gateway than the configured default. */
export const GATEWAY_ANNOTATION = `${GROUP}/gateway`;

/** Annotation by which one object of a metrics type chooses another variant of monitoring than the configured default. */
export const MONITORING_ANNOTATION = `${GROUP}/monitoring`;

/** Annotation by which one object says whose tokens its API takes: `none`, or names of the platform's JWT providers. */
export const JWT_ANNOTATION = `${GROUP}/jwt`;

/** Annotation by which one object says whether its implementation takes only mutual TLS: `none`, `permissive`, `strict`. */
export const MTLS_ANNOTATION = `${GROUP}/mtls`;

/** Annotation by which one object says who may reach its implementation: `none`, `gateway`, or CIDRs beside the gateway. */
export const NETWORK_POLICY_ANNOTATION = `${GROUP}/network-policy`;

/** Annotation by which one object says what becomes of changes that somebody else made to its API at the gateway. */
export const FOREIGN_CHANGES_ANNOTATION = `${GROUP}/foreign-changes`;

/** `ExposedAPI`, or `API`: the same resource as canvases older than the end of 2024 have it. */
export type ResourceKind = "ExposedAPI" | "API";

/** `spec.apiType`: openapi and prometheus in every version, openmetrics and mcp since v1. */
export type ApiType = "openapi" | "prometheus" | "openmetrics" | "mcp";

/** `spec.segment` (v1): the part of the Component that declares the API. */
export type Segment = "coreFunction" | "managementFunction" | "securityFunction";

/**
 * One entry of `spec.specification`: where the API's document is (`url`, http or https; or `configMap`, a key of a
 * ConfigMap in the object's namespace), or the document itself as JSON or YAML text (`inline`, the Azure operator's
 * variant). An entry of v1beta4 or v1 may have a version alone.
 */
export interface ApiDocument {
  readonly url?: string;
  readonly configMap?: { readonly name: string; readonly key: string };
  readonly inline?: string;
  readonly version?: string;
}

/** `spec.basicAuth`: two keys of one Secret in the object's namespace, as a ServiceMonitor endpoint refers to them. */
export interface BasicAuth {
  readonly secretName: string;
  readonly usernameKey: string;
  readonly passwordKey: string;
}

/** `spec.apiKeyVerification`. `location` names the variable in which the key is expected, e.g. `header`. */
export interface ApiKeyVerification {
  readonly enabled: boolean;
  readonly location?: string;
}

/**
 * What tells the clients of a rate limit apart: their IP address, a header field of the request (its name in lower
 * case), or a claim of the token that came with it.
 */
export type RateLimitIdentifier =
  | { readonly type: "ip" }
  | { readonly type: "header"; readonly name: string }
  | { readonly type: "claim"; readonly name: string };

/**
 * `spec.rateLimit`: `limit` requests for each second (`ps`) or minute (`pm`), counted for each value of `identifier`.
 * Enabled limits always have a `limit`.
 */
export interface RateLimit {
  readonly enabled: boolean;
  readonly identifier: RateLimitIdentifier;
  readonly limit?: number;
  readonly interval: "ps" | "pm";
}

/**
 * `spec.quota`: requests allowed for each identifier, which `quotaIdentifier` reads. The CRD has no `enabled` and no
 * period: a limit asks for it.
 */
export interface Quota {
  readonly identifier?: string;
  readonly limit?: number;
}

/** `spec.OASValidation`: check requests and responses against the OpenAPI document. */
export interface OasValidation {
  readonly requestEnabled: boolean;
  readonly responseEnabled: boolean;
  readonly allowUnspecifiedHeaders: boolean;
  readonly allowUnspecifiedQueryParams: boolean;
  readonly allowUnspecifiedCookies: boolean;
}

/** `spec.CORS`. The lists are never empty; `allowOrigins` holds `*` or serialised origins (RFC 6454, section 6.2). */
export interface Cors {
  readonly enabled: boolean;
  readonly allowCredentials: boolean;
  readonly allowOrigins: readonly string[];
  readonly handlePreflightRequests: {
    readonly enabled: boolean;
    readonly allowHeaders: readonly string[];
    readonly allowMethods: readonly string[];
    /** Seconds a browser may keep the answer to a preflight request. */
    readonly maxAge: number;
  };
}

/** How an implementation takes requests from inside the mesh: over mutual TLS only, or over plain text too. */
export type MtlsMode = "strict" | "permissive";

/** Who may reach the Pods of an implementation: the gateway, and clients in these blocks of addresses. */
export interface NetworkAccess {
  /** CIDRs as RFC 4632 and RFC 5952 write them, sorted; without bits beyond the prefix. */
  readonly cidrs: readonly string[];
}

/** What becomes of changes that somebody else made to an API at its gateway: they are told, or overwritten. */
export const foreignChangesModes = ["report", "overwrite"] as const;

/** One of {@link foreignChangesModes}. */
export type ForeignChanges = (typeof foreignChangesModes)[number];

/** A policy that the platform team may set a default for, and may lock. */
export const lockablePolicies = ["CORS", "rateLimit", "jwt", "mtls", "networkPolicy"] as const;

/** One of {@link lockablePolicies}. */
export type LockablePolicy = (typeof lockablePolicies)[number];

/** One valid exposed API. Deeply frozen; a field that is unset has no key, or its default where it has one. */
export interface ExposedApi {
  readonly kind: ResourceKind;
  readonly namespace: string;
  readonly name: string;
  /** `metadata.uid`; a manifest that is not in a cluster yet has none. */
  readonly uid?: string;
  readonly componentName?: string;
  /** `spec.name`; `name` is the object's. */
  readonly apiName: string;
  readonly apiType: ApiType;
  readonly segment: Segment;
  /** Name of the Service, in the object's namespace, that answers the API's requests. */
  readonly implementation: string;
  /** Absolute URL path under which the API is served, e.g. `/r1-catalog/tmf-api/productCatalogManagement/v4`. */
  readonly path: string;
  /** Port of the Service, 1 to 65535. */
  readonly port: number;
  readonly specification: readonly ApiDocument[];
  /** Absolute path on the API's own host, or a whole http(s) URL. */
  readonly developerUI?: string;
  /** Public DNS name in lower case; without it the gateway's own. */
  readonly hostname?: string;
  /** Name of a policy template the gateway's operators keep. */
  readonly template?: string;
  readonly resources: readonly string[];
  readonly required: boolean;
  readonly apiSDO?: string;
  readonly basicAuth?: BasicAuth;
  readonly apiKeyVerification: ApiKeyVerification;
  readonly rateLimit: RateLimit;
  readonly quota: Quota;
  readonly oasValidation: OasValidation;
  readonly cors: Cors;
  /** Names of the providers whose tokens the API takes, sorted; empty where a request needs none. */
  readonly jwt: readonly string[];
  readonly mtls?: MtlsMode;
  readonly networkPolicy?: NetworkAccess;
  /** Policies that the platform team has locked and the object asks to be otherwise, in the order of `lockablePolicies`. */
  readonly overridden: readonly LockablePolicy[];
  /** Value of the annotation `oda.tmforum.org/gateway`, trimmed. */
  readonly gateway?: string;
  /** Value of the annotation `oda.tmforum.org/monitoring`, trimmed. */
  readonly monitoring?: string;
  /** What the annotation `oda.tmforum.org/foreign-changes` says; without it what the gateway's settings say. */
  readonly foreignChanges?: ForeignChanges;
}
