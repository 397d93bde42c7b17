// TLS for host names of APIs: Gateways of Istio, and certificates of cert-manager.
import type { IGateway } from "@kubernetes-models/istio/networking.istio.io/v1beta1/Gateway";
import { type ExposedApi } from "../../../spec";
import { type OwnedObject } from "../../ownedObject";
import {
  gatewayNameOf,
  nameAtGateway,
  objectAtGateway,
  platformObject,
  PLATFORM_NAME,
  workloadOf,
  type IstioArgs,
} from "../istioPolicy";
import { tlsPort, type IstioSettings } from "../settings";
import { virtualServiceHosts } from "../url";

type GatewaySpec = NonNullable<IGateway["spec"]>;

/** Spec of a Certificate (cert-manager.io/v1), as far as it is set here. */
interface CertificateSpec {
  readonly secretName: string;
  readonly dnsNames: readonly string[];
  readonly issuerRef: { readonly group: "cert-manager.io"; readonly kind: string; readonly name: string };
}

const CERTIFICATE = { apiVersion: "cert-manager.io/v1", kind: "Certificate" } as const;

/** The Secret of a certificate that is made for one API. */
const SECRET_SUFFIX = "oda-tls";

/** Name of the Gateway for wildcard hosts, beside that for host names. */
const WILDCARD_NAME = `${PLATFORM_NAME}-wildcard`;

/**
 * Gateways that an API's VirtualService binds to beside the platform's own.
 *
 * A Gateway for some hosts takes all requests to them over TLS, so that APIs on every host bind to the one for wildcard
 * hosts too. Not to that for host names: Istio would put their routes among those of the APIs with these names.
 */
export function tlsGatewaysOf({ api, settings, context }: IstioArgs): readonly string[] {
  const { namespace } = workloadOf(settings);
  const gateways = [
    ...platformGatewaysOf(api, settings),
    ...(issuedHost(api, settings) === undefined ? [] : [gatewayNameOf(context?.hostHolder ?? api)]),
  ];
  return gateways.map((gateway) => `${namespace}/${gateway}`);
}

/** Names of those among them that all APIs share. */
function platformGatewaysOf(api: ExposedApi, settings: IstioSettings): readonly string[] {
  const [host = "*"] = virtualServiceHosts(api, settings);
  const { names, wildcards } = certifiedHosts(settings);
  const hasWildcard = host === "*" ? wildcards.length > 0 : wildcards.includes(wildcardOf(host));
  return [...(names.includes(host) ? [PLATFORM_NAME] : []), ...(hasWildcard ? [WILDCARD_NAME] : [])];
}

/** Gateway and Certificate of an API whose host name no certificate of the platform covers. */
export function tlsObjects(args: IstioArgs): readonly OwnedObject[] {
  const { api, settings, context } = args;
  const host = issuedHost(api, settings);
  const issuer = settings.tls?.certManager;
  // Istio leaves out the second of two Gateways for one host and port.
  if (host === undefined || issuer === undefined || context?.hostHolder !== undefined) return [];
  const secretName = nameAtGateway(api, SECRET_SUFFIX);
  const certificate: CertificateSpec = {
    secretName,
    dnsNames: [host],
    issuerRef: { group: "cert-manager.io", kind: issuer.kind, name: issuer.issuer },
  };
  const gateway = gatewaySpec(settings, [{ hosts: [host], secretName }]);
  return [
    objectAtGateway(args, gatewayKind(settings), gateway),
    objectAtGateway(args, CERTIFICATE, certificate),
  ];
}

/**
 * The Gateways for the certificates of the platform. One for many APIs: a browser uses a connection to one host for
 * every host of its certificate.
 */
export function tlsPlatformObjects(settings: IstioSettings): readonly OwnedObject[] {
  return [
    { name: PLATFORM_NAME, isFor: (host: string) => !isWildcard(host) },
    { name: WILDCARD_NAME, isFor: isWildcard },
  ].flatMap(({ name, isFor }) => {
    const certificates = (settings.tls?.certificates ?? [])
      .map(({ hosts, secretName }) => ({ hosts: hosts.filter(isFor), secretName }))
      .filter(({ hosts }) => hosts.length > 0);
    if (certificates.length === 0) return [];
    return [platformObject(settings, gatewayKind(settings), gatewaySpec(settings, certificates), name)];
  });
}

/** Whether the API's route is bound to a Gateway that all APIs share. */
export function needsTlsPlatform(api: ExposedApi, settings: IstioSettings): boolean {
  return platformGatewaysOf(api, settings).length > 0;
}

function gatewayKind({ apiVersion }: IstioSettings): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion, kind: "Gateway" };
}

function gatewaySpec(
  settings: IstioSettings,
  certificates: readonly { readonly hosts: readonly string[]; readonly secretName: string }[],
): GatewaySpec {
  return {
    selector: { ...workloadOf(settings).labels },
    servers: certificates.map(({ hosts, secretName }, index) => ({
      port: { number: tlsPort(settings), name: `https-${index}`, protocol: "HTTPS" },
      hosts: [...hosts],
      tls: { mode: "SIMPLE", credentialName: secretName },
    })),
  };
}

/** The API's own host name, where cert-manager is to make a certificate for it. Istio takes no name of one label. */
function issuedHost({ hostname }: ExposedApi, settings: IstioSettings): string | undefined {
  if (settings.tls?.certManager === undefined || !hostname?.includes(".")) return undefined;
  return isCovered(hostname, settings) ? undefined : hostname;
}

/** Whether a certificate of the platform is for this host. */
function isCovered(host: string, settings: IstioSettings): boolean {
  const { names, wildcards } = certifiedHosts(settings);
  return names.includes(host) || wildcards.includes(wildcardOf(host));
}

function certifiedHosts({ tls }: IstioSettings): {
  readonly names: readonly string[];
  readonly wildcards: readonly string[];
} {
  const hosts = (tls?.certificates ?? []).flatMap((certificate) => certificate.hosts);
  const wildcards = hosts.filter(isWildcard);
  return { names: hosts.filter((host) => !wildcards.includes(host)), wildcards };
}

function isWildcard(host: string): boolean {
  return host.startsWith("*.");
}

/** The wildcard that is for a host: `*` stands for one label (RFC 6125, section 6.4.3). */
function wildcardOf(host: string): string {
  return `*${host.slice(host.indexOf("."))}`;
}
