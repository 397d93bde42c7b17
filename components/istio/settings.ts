/** How the platform team runs Istio. */
export interface IstioSettings {
  readonly type: "istio";
  /** Gateway the VirtualServices bind to, as `name` or `namespace/name`. */
  readonly gateway: string;
  /** Host name or IP address clients use, where it differs from the address of the gateway's Service. */
  readonly publicHostname?: string;
  /** Served version of Istio's networking API. */
  readonly apiVersion: "networking.istio.io/v1" | "networking.istio.io/v1beta1";
  /** The Pods of the gateway; {@link defaultWorkload} where absent. */
  readonly workload?: GatewayWorkload;
  /** Whose tokens an API may ask for. */
  readonly jwt?: readonly JwtProvider[];
  /** Who verifies API keys. */
  readonly apiKeys?: ApiKeySettings;
  /** How host names of APIs (`spec.hostname`) are served with TLS. Absent: as the platform's own Gateway does. */
  readonly tls?: TlsSettings;
}

/** The Pods of a gateway. What is only for them is put in their namespace. */
export interface GatewayWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** An issuer of JSON Web Tokens (RFC 7519), as an OpenID Connect provider is. */
export interface JwtProvider {
  /** Name by which APIs and defaults refer to it. */
  readonly name: string;
  /** The claim `iss` of its tokens. */
  readonly issuer: string;
  /** URL of its key set (RFC 7517). Without it and `jwks`, Istio asks the issuer's OpenID Connect discovery. */
  readonly jwksUri?: string;
  /** The key set itself, as JSON text. */
  readonly jwks?: string;
  /** A token must have one of these in its claim `aud`. Absent or empty: any. */
  readonly audiences?: readonly string[];
  /** Applications that tokens are issued to. Absent or empty: any. Istio does not check them. */
  readonly clientIds?: readonly string[];
}

/** An external authorization service that knows the keys. */
export interface ApiKeySettings {
  /** Its name among the `extensionProviders` of the mesh configuration. */
  readonly provider: string;
}

/** Certificates for host names of APIs. */
export interface TlsSettings {
  /** Port of the gateway that speaks TLS; 443 where absent. */
  readonly port?: number;
  readonly certificates?: readonly TlsCertificate[];
  /** An issuer of cert-manager, for a host name that no certificate covers. */
  readonly certManager?: { readonly issuer: string; readonly kind: "Issuer" | "ClusterIssuer" };
}

/** A certificate that is there already. */
export interface TlsCertificate {
  /** Host names in lower case, or `*.` and the rest of one (RFC 6125, section 6.4.3). */
  readonly hosts: readonly string[];
  /** Secret of type kubernetes.io/tls in the gateway's namespace. */
  readonly secretName: string;
}

/** Where Istio's installer and charts put an ingress gateway. */
export const defaultWorkload: GatewayWorkload = {
  namespace: "istio-ingress",
  labels: { istio: "ingressgateway" },
};

/** Settings as TM Forum's Istio operator has them. */
export const defaultIstioSettings: IstioSettings = {
  type: "istio",
  gateway: "component-gateway",
  apiVersion: "networking.istio.io/v1",
};

/** Port of the gateway that speaks TLS. */
export function tlsPort({ tls }: IstioSettings): number {
  return tls?.port ?? 443;
}
