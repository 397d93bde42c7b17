/** How the platform team runs Azure API Management. Nothing here is secret: secrets stay in Key Vault. */
import { type IstioSettings, type JwtProvider } from "../istio/settings";

/** The Azure API Management service that exposes APIs, and the way from it into the cluster. */
export interface AzureApimSettings {
  readonly type: "azure-apim";
  /** Azure subscription of the service: a UUID. */
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  /** Name of the API Management service. */
  readonly serviceName: string;
  /** Where clients reach it, `https://host`, without a path. */
  readonly gatewayUrl: string;
  /** Its developer portal, `https://host`. */
  readonly developerPortalUrl: string;
  /** Of the pricing tiers, Consumption has neither rate limits by key nor quotas by key; those of version 2, no quotas. */
  readonly tier: "consumption" | "standard" | "v2";
  /** What the id of an API there is made from: its name, or its namespace and name. */
  readonly apiIds: "name" | "namespace-name";
  /** How requests come from API Management to the implementation. */
  readonly cluster: ClusterSide;
  /** What the service does when the implementation fails. */
  readonly circuitBreaker?: CircuitBreaker;
  /** Issuers of tokens that APIs may ask for. */
  readonly jwt: readonly AzureIdentityProvider[];
  /** Where a subscription key is expected, unless the API says. */
  readonly subscriptionKey: { readonly header: string; readonly query: string };
  /** Seconds a quota lasts; the spec names none. At least 300. */
  readonly quotaPeriod: number;
  /** Largest request or response that is checked against the document, in bytes; at most 102400. */
  readonly maxValidatedBytes: number;
  /** Named values that API Management reads from Key Vault. */
  readonly namedValues: readonly KeyVaultValue[];
  /** Client id of the user-assigned identity by which API Management reads Key Vault; its system-assigned one where absent. */
  readonly keyVaultIdentity?: string;
  /** Where requests are logged. Absent: nowhere of ours. */
  readonly appInsights?: AppInsights;
  /** Products that every API is in. */
  readonly products: readonly ApimProduct[];
  /** Subscriptions that are made for products, or for all APIs. */
  readonly subscriptions: readonly ApimSubscription[];
  /** What becomes of changes that somebody else made to an API there. */
  readonly foreignChanges: "report" | "overwrite";
}

/** The way from API Management to an implementation. */
export type ClusterSide = IngressSide | IstioSide;

interface AnySide {
  /** Host name or address that API Management is given, in place of the one in the cluster's status. One of IPv6 in brackets. */
  readonly address?: string;
  /** Blocks of addresses that API Management calls from (CIDR); requests from others are refused at the Istio gateway. */
  readonly allowFrom?: readonly string[];
  /** Whether the implementation's Pods take requests from the gateway's Pods only, where the API does not say. */
  readonly isolate: boolean;
  /** Istio in the cluster: its gateway's Pods, and the version of its API. */
  readonly istio: IstioSettings;
}

/** An Ingress for each API. */
export interface IngressSide extends AnySide {
  readonly type: "ingress";
  /** Ingress class, `istio` where TM Forum's operator is followed. */
  readonly className: string;
  /** Host name of the Ingress rule; any where absent. */
  readonly host?: string;
  /** Secret of type kubernetes.io/tls; with one, API Management speaks TLS to the Ingress. */
  readonly tlsSecretName?: string;
}

/** A VirtualService for each API at an Istio gateway. */
export interface IstioSide extends AnySide {
  readonly type: "istio";
  /** Host name by which API Management calls the gateway; any where absent. */
  readonly host?: string;
  /** Whether it speaks TLS to the gateway. */
  readonly tls: boolean;
  /**
   * A Gateway of its own, for clients with a certificate only. `credentialName`: Secret in the gateway's namespace with
   * certificate, key and the CA of clients. Needs `host`.
   */
  readonly mutualTls?: {
    readonly credentialName: string;
    /** Resource id of the certificate in API Management. */ readonly certificateId: string;
  };
}

/** After so many failures within an interval, requests are refused for a while. */
export interface CircuitBreaker {
  readonly failures: number;
  /** Seconds. */
  readonly interval: number;
  /** Seconds. */
  readonly trip: number;
}

/** An issuer of tokens, as Azure API Management is told of it. */
export type AzureIdentityProvider = EntraProvider | OidcProvider;

/** Microsoft Entra ID. */
export interface EntraProvider {
  readonly type: "entra";
  readonly name: string;
  /** Tenant: a UUID. */
  readonly tenantId: string;
  /** Applications whose tokens are taken; any where empty. */
  readonly clientIds: readonly string[];
  /** Values of `aud` of which a token must have one; without, any token of the tenant passes. */
  readonly audiences: readonly string[];
}

/** Any other OpenID Connect provider: Keycloak, Auth0 and so on. */
export interface OidcProvider extends Pick<JwtProvider, "name" | "issuer" | "audiences"> {
  readonly type: "oidc";
  /** Its discovery document (OpenID Connect Discovery 1.0, section 4). */
  readonly metadataUrl: string;
  /** Client by which the developer portal's console asks for tokens; without one it is not told of the provider. */
  readonly clientId?: string;
}

/** A secret in Key Vault, by an id without a version. */
export interface KeyVaultValue {
  /** Name in API Management: letters, digits, `.`, `-` and `_`. */
  readonly name: string;
  /** `https://<vault>.vault.azure.net/secrets/<name>`. */
  readonly secretId: string;
}

/** Application Insights. */
export interface AppInsights {
  /** Name of the logger in API Management. */
  readonly logger: string;
  /** Secret in Key Vault with the instrumentation key; without one the logger is there already. */
  readonly secretId?: string;
  /** Per cent of requests that are logged. */
  readonly sampling: number;
}

/** A product that APIs are in. */
export interface ApimProduct {
  readonly id: string;
  /** Name in the developer portal, of a product that is made here; absent for one that is there already. */
  readonly displayName?: string;
  readonly subscriptionRequired: boolean;
  readonly approvalRequired: boolean;
}

/** A subscription. Its keys are read in API Management, and go nowhere from here. */
export interface ApimSubscription {
  readonly id: string;
  readonly displayName: string;
  /** Id of a product; all APIs where absent. */
  readonly product?: string;
}
